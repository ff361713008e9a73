"""A service has words in the kiosk's other languages: drafts until somebody ticks them."""

import tomllib
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from kiosk.flow.service_words import name_in, needs_in
from kiosk.flow.world import Service
from kiosk.watch import seen
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.turns.services import service_words
from queue_server.turns.services.admin import ServiceRow, put_service
from queue_server.turns.services.site import load_site
from tests.integration.turns_admin.conftest import AdminHttp
from tests.integration.turns_admin.test_changes import newest_event, problem
from tests.support.site import REPOSITORY, KioskHttp, Site

VISITS: dict[str, Any] = {"name": "Visitas", "series": "Y", "needs": "Traiga su documento."}
ENGLISH = {"name": "Visits", "needs": "Bring your document.", "reviewed": False}


def kept(admin: AdminHttp, code: str = "visits") -> dict[str, Any]:
    services = admin.configuration()["services"]
    return next(each["words"] for each in services if each["code"] == code)


def at_the_kiosk(kiosk: KioskHttp, code: str = "visits") -> Service:
    """The service as a kiosk understands the server's answer."""
    offer = seen(kiosk.http.get("/api/v1/offer").json())
    return next(each for each in offer.services if each.code == code)


def save(admin: AdminHttp, **changes: Any) -> httpx.Response:
    answer = admin.put("services/visits", **{**VISITS, **changes})
    assert answer.is_success, answer.text
    return answer


def test_words_reach_the_kiosk_at_once_are_one_event_and_the_rest_is_spanish(
    admin: AdminHttp, kiosk: KioskHttp, site: Site
) -> None:
    before = admin.version
    answer = save(admin, words={"en": ENGLISH, "qu": {"name": "Watukuy"}})
    assert answer.json() == {"version": before + 1}
    assert newest_event(site)["body"] == {"what": "service", "code": "visits"}
    service = at_the_kiosk(kiosk)
    assert (name_in("en", service), needs_in("en", service)) == ("Visits", "Bring your document.")
    assert (name_in("qu", service), needs_in("qu", service)) == ("Watukuy", "Traiga su documento.")
    assert name_in("ay", service) == name_in("es", service) == "Visitas"


def test_words_are_a_draft_until_somebody_ticks_and_again_when_the_spanish_changes(
    admin: AdminHttp,
) -> None:
    save(admin, words={"en": ENGLISH})
    assert kept(admin)["en"]["reviewed_by"] is None
    save(admin, words={"en": {**ENGLISH, "reviewed": True}})
    assert kept(admin)["en"]["reviewed_by"] == "jefa"
    save(admin)
    assert kept(admin)["en"]["reviewed_by"] == "jefa", "words that are not sent stay"
    save(admin, needs="Traiga dos documentos.", words={"en": {**ENGLISH, "reviewed": True}})
    assert kept(admin)["en"]["reviewed_by"] is None, "a tick for other Spanish words"
    save(admin, words={"en": {"name": "", "needs": ""}})
    assert "en" not in kept(admin)


def row_of(admin: AdminHttp, code: str) -> dict[str, Any]:
    """A service without its code and words: what a change sends."""
    row = next(each for each in admin.configuration()["services"] if each["code"] == code)
    return {name: row[name] for name in row if name not in ("code", "words")}


def in_process(site: Site, work: Callable[[UnitOfWork], Any]) -> None:
    database = site.database()
    try:
        database.run(work)
    finally:
        database.close()


JEFA = Actor("PRUEBA", "administrator", "jefa")


@pytest.mark.negative_control
def test_a_server_that_keeps_a_review_of_other_spanish_words_is_caught(
    admin: AdminHttp, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(admin, words={"en": {**ENGLISH, "reviewed": True}})
    monkeypatch.setattr(service_words, "settled", lambda was, *_, **__: was)
    changed = ServiceRow(**{**row_of(admin, "visits"), "needs": "Otra cosa."})
    seen_version = admin.version
    in_process(site, lambda uow: put_service(uow, JEFA, seen_version, "visits", changed))
    with pytest.raises(AssertionError):
        assert kept(admin)["en"]["reviewed_by"] is None


def test_what_cannot_be_kept_is_refused_at_its_field(admin: AdminHttp) -> None:
    bad = {
        "qu_name": {"qu": {"name": "x" * 81}},
        "ay_needs": {"ay": {"needs": "dos\nlíneas"}},
        "words": {"fr": {"name": "Visites"}},
    }
    for field, words in bad.items():
        answer = admin.put("services/visits", **VISITS, words=words)
        assert problem(answer) == (422, "not_valid")
        assert answer.json()["field"] == field


def test_the_file_of_a_site_brings_drafts_and_never_undoes_a_review(
    admin: AdminHttp, kiosk: KioskHttp, site: Site
) -> None:
    given = tomllib.loads((REPOSITORY / "deploy" / "site.toml").read_text("utf-8"))
    english = next(each for each in given["services"] if each["code"] == "information")["words"]
    assert all(each["reviewed_by"] is None for each in kept(admin, "information").values())
    service = at_the_kiosk(kiosk, "information")
    assert needs_in("en", service) == english["en"]["needs"]
    ticked = {"en": {**english["en"], "reviewed": True}}
    fields = row_of(admin, "information")
    assert admin.put("services/information", **fields, words=ticked).is_success
    in_process(site, lambda uow: load_site(uow, Actor("PRUEBA", "operator", "consola"), given))
    after = kept(admin, "information")
    assert (after["en"]["reviewed_by"], after["qu"]["reviewed_by"]) == ("jefa", None)
