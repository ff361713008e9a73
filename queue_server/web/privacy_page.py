"""“Datos personales”: what is kept how long and what went; whose data was touched by whom."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BeforeValidator

from queue_server.core.clock import midnight_after
from queue_server.core.desk import DeskOf
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.issuance.services.own_data import document_of
from queue_server.privacy.affected import Affected, Asked, Touched, affected
from queue_server.privacy.model import Rule
from queue_server.privacy.service import Evidence, Run, evidence, runs
from queue_server.retention import rules_kept
from queue_server.staff.api import AuditorOf
from queue_server.turns.services import queries
from queue_server.web.pages import HEADERS, elsewhere, templates
from queue_server.web.privacy_words import columns_words, days_words, rule_words

router = APIRouter(prefix="/privacy", tags=["pages"])

SHOWN, RUNS_SHOWN = 500, 20
Word = Annotated[str, Query(max_length=80)]
# A form sends what was left empty, too.
Day = Annotated[date | None, BeforeValidator(lambda given: given or None), Query()]


@dataclass(frozen=True)
class Form:
    """The question as it was filled in; local days, both included."""

    kiosk: Word = ""
    account: Word = ""
    session: Word = ""
    since: Day = None
    until: Day = None

    @property
    def is_asked(self) -> bool:
        """Whether anything was asked at all."""
        return bool(self.kiosk.strip() or self.account.strip() or self.session.strip())

    def asked(self, zone: str, now: datetime) -> Asked:
        """Without days: the last thirty."""
        today = now.astimezone(ZoneInfo(zone)).date()
        since, until = self.since or today - timedelta(days=30), self.until or today
        return Asked(
            midnight_after(since - timedelta(days=1), zone),
            midnight_after(until, zone),
            self.kiosk.strip(),
            self.account.strip(),
            self.session.strip(),
        )

    def query(self) -> str:
        """The same question as the end of an address."""
        return urlencode({name: value for name, value in vars(self).items() if value})


@router.get("", include_in_schema=False)
async def page(
    request: Request, desk: DeskOf, who: AuditorOf, form: Annotated[Form, Depends()]
) -> Response:
    """The rules of this site with their evidence, and who was affected if that was asked."""
    rules = rules_kept(request.app.state.config.retention)

    def read(uow: UnitOfWork, actor: Actor) -> dict[str, Any]:
        zone = queries.site_zone(uow, actor.site)
        found, trouble = _found(uow, actor.site, form, zone)
        proven, local = evidence(uow, actor.site), ZoneInfo(zone)
        return {
            "page": "privacy.html",
            "person": actor.name,
            "role": actor.role,
            "site_name": queries.site_name(uow, actor.site),
            "rules": [_rule(each, proven.get(each.name), local) for each in rules],
            "runs": [_run(each, local) for each in runs(uow, actor.site)[:RUNS_SHOWN]],
            "form": form,
            "found": found and _affected(found, local),
            "trouble": trouble,
        }

    try:
        context = await desk.look(who, read)
    except Problem as problem:
        return elsewhere(request, problem) or _trouble(request, problem)
    return templates.TemplateResponse(request, "privacy.html", context, headers=HEADERS)


@router.get("/applications/{application}", include_in_schema=False)
async def document(request: Request, desk: DeskOf, who: AuditorOf, application: str) -> Response:
    """Whose application it is. That somebody looked is recorded before it is shown."""

    def read(uow: UnitOfWork, actor: Actor) -> dict[str, Any]:
        found = document_of(uow, actor.site, application)
        if found is None:
            raise Problem(404, "unknown_application", "No encontramos esta solicitud en el módulo.")
        return {
            "page": "privacy.html",
            "person": actor.name,
            "role": actor.role,
            "site_name": queries.site_name(uow, actor.site),
            "document": found,
        }

    try:
        context = await desk.look(who, read)
    except Problem as problem:
        return elsewhere(request, problem) or _trouble(request, problem)
    return templates.TemplateResponse(request, "privacy_document.html", context, headers=HEADERS)


def _found(uow: UnitOfWork, site: str, form: Form, zone: str) -> tuple[Affected | None, str | None]:
    """What was asked for, or why it cannot be answered."""
    if not form.is_asked:
        return None, None
    try:
        return affected(uow, site, form.asked(zone, uow.now)), None
    except Problem as problem:
        return None, problem.detail


def _rule(rule: Rule, proven: Evidence | None, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "table": rule.table,
        "what": rule_words(rule),
        "columns": columns_words(rule),
        "kept": days_words(rule),
        "deleted": proven.deleted if proven else 0,
        "last": proven and _told(proven.last, zone),
        "evidence": bool(rule.name),
    }


def _run(run: Run, zone: ZoneInfo) -> dict[str, Any]:
    return {"rule": run.rule, "at": _told(run.at, zone), "deleted": run.deleted}


def _affected(found: Affected, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "who": ", ".join(found.who),
        "since": _told(found.since, zone),
        "until": _told(found.until, zone),
        "events": found.events,
        "applications": [_touched(each, zone) for each in found.applications[:SHOWN]],
        "visits": [_touched(each, zone) for each in found.visits[:SHOWN]],
        "more": max(len(found.applications), len(found.visits)) > SHOWN,
        "how_many": len(found.applications),
        "how_many_visits": len(found.visits),
    }


def _touched(each: Touched, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "id": each.id,
        "name": each.name,
        "day": each.day and f"{each.day:%d/%m/%Y}",
        "what": ", ".join(each.what),
        "first": _told(each.first, zone),
        "last": _told(each.last, zone),
    }


def _told(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%d/%m/%Y %H:%M:%S}"


def _trouble(request: Request, problem: Problem) -> Response:
    context = {"detail": problem.detail, "forbidden": problem.status == 403}
    return templates.TemplateResponse(
        request, "problem.html", context, status_code=problem.status, headers=HEADERS
    )
