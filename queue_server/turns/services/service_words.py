"""Services in the kiosk's other languages: read, checked, written."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select

from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.turns import tables
from queue_server.turns.model.service_words import LANGUAGES, ServiceWords, WrittenWords, settled
from queue_server.turns.services.admin_checks import one_of, words
from queue_server.turns.services.rows import put

_IN = {"en": "en inglés", "qu": "en quechua", "ay": "en aimara"}


def words_of_services(uow: UnitOfWork, site: str) -> dict[str, dict[str, ServiceWords]]:
    """Service code -> language -> its words."""
    rows = tables.service_words
    found: dict[str, dict[str, ServiceWords]] = {}
    for row in uow.connection.execute(select(rows).where(rows.c.site == site)):
        said = ServiceWords(row.name, row.needs, row.reviewed_by)
        found.setdefault(row.service, {})[row.language] = said
    return found


def check_words(written: Mapping[str, WrittenWords]) -> None:
    """Raises Problem 422 naming the field, e.g. `qu_name`."""
    for language, each in written.items():
        one_of("words", language, LANGUAGES, "El idioma")
        words(f"{language}_name", each.name, 0, 80, f"El nombre {_IN[language]}")
        words(f"{language}_needs", each.needs, 0, 200, f"Lo que debe traer {_IN[language]}")


def spanish_of(uow: UnitOfWork, site: str, code: str) -> tuple[str, str] | None:
    """Name and needs of a service as they are kept now; None: there is no such service."""
    rows = tables.services
    row = uow.connection.execute(
        select(rows.c.name, rows.c.needs).where(rows.c.site == site, rows.c.code == code)
    ).one_or_none()
    return None if row is None else (row.name, row.needs)


def put_words(
    uow: UnitOfWork,
    actor: Actor,
    code: str,
    written: Mapping[str, WrittenWords],
    *,
    spanish_changed: bool,
) -> None:
    """Keep the words of one service; languages that `written` does not name stay as they are."""
    before = words_of_services(uow, actor.site).get(code, {})
    for language in LANGUAGES:
        was = before.get(language)
        now = settled(was, written.get(language), actor.name, spanish_changed=spanish_changed)
        if now is None:
            _remove(uow, actor.site, code, language)
        elif now != was:
            row: dict[str, Any] = {"site": actor.site, "service": code, "language": language}
            put(uow, tables.service_words, {**row, **vars(now)})


def put_drafts(
    uow: UnitOfWork,
    actor: Actor,
    code: str,
    drafts: Mapping[str, Mapping[str, str]],
    *,
    spanish_changed: bool,
) -> None:
    """Words of a file: drafts, except where somebody reviewed the very same. `drafts`: language ->
    its `name` and `needs`, either may be absent. Raises Problem 422."""
    before = words_of_services(uow, actor.site).get(code, {})
    written = dict[str, WrittenWords]()
    for language, draft in drafts.items():
        name, needs, was = draft.get("name", ""), draft.get("needs", ""), before.get(language)
        same = was is not None and (was.name, was.needs) == (name, needs)
        reviewed = same and was is not None and was.reviewed_by is not None
        written[language] = WrittenWords(name, needs, reviewed)
    check_words(written)
    put_words(uow, actor, code, written, spanish_changed=spanish_changed)


def _remove(uow: UnitOfWork, site: str, code: str, language: str) -> None:
    rows = tables.service_words
    uow.connection.execute(
        delete(rows).where(rows.c.site == site, rows.c.service == code, rows.c.language == language)
    )
