"""Alerts as they stand and as people handle them: opened, acknowledged, resolved, told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, insert, or_, select, update

from queue_server.core import outbox
from queue_server.core.ageing import AT_ONCE, Ageing
from queue_server.core.outbox import Errand
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.fleet import tables
from queue_server.fleet.model.alert_engine import Change, Changed, Key, Track
from queue_server.fleet.model.alert_rules import RuleBook, Severity

MAIL, WEBHOOK = "alert_mail", "alert_webhook"
KINDS = (MAIL, WEBHOOK)
SHOWN_FOR = timedelta(days=7)
KEPT = timedelta(days=400)
MOST_SHOWN = 200
LONGEST_MAINTENANCE = timedelta(days=7)
_alerts, _events, _notices = tables.alerts, tables.alert_events, tables.alert_notices
RESOLVED = Ageing(_alerts, "resolved_at")
MAINTAINED = Ageing(tables.maintenance, "until")


@dataclass(frozen=True)
class Alert:
    """One alert. `detail`: what was found, in the program's words."""

    id: str
    rule: str
    subject: str
    severity: Severity
    unstable: bool
    detail: str
    changes: int
    opened_at: datetime
    resolved_at: datetime | None
    acknowledged_by: str | None
    acknowledged_at: datetime | None


@dataclass(frozen=True)
class AlertEvent:
    """What became of an alert. `by`: who, "" for the server itself."""

    alert: str
    kind: str
    by: str
    detail: str
    at: datetime


@dataclass(frozen=True)
class Notice:
    """Word of an alert on its way to `target`."""

    id: str
    alert: Alert
    site: str
    what: str
    channel: str
    target: str
    written_at: datetime
    outcome: str


@dataclass(frozen=True)
class Maintenance:
    """A time in which nothing of `kiosk` ("": of the site) raises an alert."""

    id: str
    kiosk: str
    since: datetime
    until: datetime
    reason: str
    set_by: str


def write(uow: UnitOfWork, actor: Actor, book: RuleBook, changed: Sequence[Changed]) -> None:
    """Write down what the engine found, and leave word of it for those it is for."""
    uow.lock_site(actor.site)
    told = [each for each in changed if _write_one(uow, actor.site, book, each)]
    if told:
        rows = [{"rule": e.key[0], "subject": e.key[1], "change": str(e.change)} for e in told]
        uow.record(actor, "alert.changed", alerts=rows[:50], count=len(told))


def _write_one(uow: UnitOfWork, site: str, book: RuleBook, changed: Changed) -> bool:
    """False when another process wrote it before."""
    rule = book.rule(changed.key[0])
    row = _open(uow, site, changed.key)
    detail = changed.detail[:200]
    if changed.change is Change.RESOLVED:
        if row is None:
            return False
        _change(uow, row.id, resolved_at=uow.now, detail=detail)
        alert = row.id
    elif row is None:
        if rule is None:
            return False
        alert = _begin(uow, site, changed, rule.severity)
    elif changed.change is Change.UNSTABLE and not row.unstable:
        _change(uow, row.id, unstable=True, changes=changed.flips, detail=detail)
        alert = row.id
    else:
        return False
    _event(uow, site, alert, changed.change, "", detail)
    for role in rule.roles if rule is not None else ():
        _tell(uow, site, book, role, alert, changed.change)
    return True


def _begin(uow: UnitOfWork, site: str, changed: Changed, severity: Severity) -> str:
    alert = str(uuid4())
    row = {
        "id": alert,
        "site": site,
        "rule": changed.key[0],
        "subject": changed.key[1][:80],
        "severity": severity,
        "unstable": changed.change is Change.UNSTABLE,
        "detail": changed.detail[:200],
        "changes": changed.flips,
        "opened_at": uow.now,
    }
    uow.connection.execute(insert(_alerts), row)
    return alert


def _tell(
    uow: UnitOfWork, site: str, book: RuleBook, role: str, alert: str, change: Change
) -> None:
    """One notice an address, however many roles it stands for."""
    route = book.routes.get(role)
    if route is None:
        return
    targets = [(MAIL, "mail", each) for each in route.emails]
    if route.webhook:
        targets.append((WEBHOOK, "webhook", route.webhook))
    for kind, channel, target in targets:
        same = select(_notices.c.id).where(
            _notices.c.alert == alert,
            _notices.c.what == change,
            _notices.c.target == target,
            _notices.c.written_at == uow.now,
        )
        if uow.connection.execute(same).first() is None:
            notice = str(uuid4())
            row = {
                "id": notice,
                "site": site,
                "alert": alert,
                "what": change,
                "channel": channel,
                "target": target,
                "written_at": uow.now,
                "outcome": "waiting",
            }
            uow.connection.execute(insert(_notices), row)
            chain = f"{alert[:8]}:{channel}:{target}"[:40]
            outbox.post(uow, site, kind, notice, chain=chain, live=False)


def notice(uow: UnitOfWork, id_: str) -> Notice:
    """One notice with its alert."""
    row = uow.connection.execute(select(_notices).where(_notices.c.id == id_)).one()
    found = uow.connection.execute(select(_alerts).where(_alerts.c.id == row.alert)).one()
    return Notice(
        row.id,
        _alert(found),
        row.site,
        row.what,
        row.channel,
        row.target,
        row.written_at,
        row.outcome,
    )


def settled(uow: UnitOfWork, errand: Errand, outcome: str, detail: str = "") -> None:
    """A notice came to its end: `sent` or `failed`. Raises ClaimLost."""
    outbox.done(uow, errand)
    row = uow.connection.execute(
        update(_notices)
        .where(_notices.c.id == errand.subject)
        .values(outcome=outcome, settled_at=uow.now)
        .returning(_notices.c.alert, _notices.c.channel)
    ).one()
    _event(uow, errand.site, row.alert, f"told_{outcome}", "", f"{row.channel} {detail}".strip())


def acknowledge(uow: UnitOfWork, actor: Actor, alert: str) -> Alert:
    """`actor` has it in hand. Raises Problem 404, and 409 when somebody else has."""
    row = uow.connection.execute(
        select(_alerts).where(_alerts.c.id == alert, _alerts.c.site == actor.site)
    ).one_or_none()
    if row is None or row.resolved_at is not None:
        raise Problem(404, "no_alert", "Esta alerta ya no está abierta; actualice la lista.")
    if row.acknowledged_by is not None:
        words = f"Esta alerta ya la atiende {row.acknowledged_by}."
        raise Problem(409, "acknowledged", words)
    _change(uow, alert, acknowledged_by=actor.name, acknowledged_at=uow.now)
    _event(uow, actor.site, alert, "acknowledged", actor.name, "")
    uow.record(actor, "alert.acknowledged", alert=alert)
    fresh = uow.connection.execute(select(_alerts).where(_alerts.c.id == alert)).one()
    return _alert(fresh)


def maintain(
    uow: UnitOfWork, actor: Actor, kiosk: str, lasts: timedelta, reason: str
) -> Maintenance:
    """From now on, for `lasts`, nothing of `kiosk` raises an alert. Raises Problem 422."""
    if not timedelta() < lasts <= LONGEST_MAINTENANCE:
        raise Problem(422, "invalid", "El mantenimiento dura entre un minuto y siete días.")
    made = Maintenance(str(uuid4()), kiosk, uow.now, uow.now + lasts, reason, actor.name)
    uow.connection.execute(insert(tables.maintenance), {"site": actor.site, **vars(made)})
    uow.record(actor, "maintenance.begun", maintenance=made.id, kiosk=kiosk)
    return made


def end_maintenance(uow: UnitOfWork, actor: Actor, id_: str) -> None:
    """It is over now. Raises Problem 404."""
    table = tables.maintenance
    mine = (table.c.id == id_) & (table.c.site == actor.site) & (table.c.until > uow.now)
    ended = uow.connection.execute(update(table).where(mine).values(until=uow.now))
    if not ended.rowcount:
        raise Problem(404, "no_maintenance", "Este mantenimiento ya terminó; actualice la lista.")
    uow.record(actor, "maintenance.ended", maintenance=id_)


def maintained(uow: UnitOfWork, site: str) -> list[Maintenance]:
    """What is worked on now."""
    table = tables.maintenance
    found = select(table).where(
        table.c.site == site, table.c.since <= uow.now, table.c.until > uow.now
    )
    rows = uow.connection.execute(found.order_by(table.c.since))
    return [
        Maintenance(row.id, row.kiosk, row.since, row.until, row.reason, row.set_by) for row in rows
    ]


def maintained_since(uow: UnitOfWork, site: str, since: datetime) -> list[Maintenance]:
    """What was worked on at some moment from `since` on."""
    table = tables.maintenance
    found = select(table).where(table.c.site == site, table.c.until > since)
    rows = uow.connection.execute(found.order_by(table.c.since))
    return [
        Maintenance(row.id, row.kiosk, row.since, row.until, row.reason, row.set_by) for row in rows
    ]


def open_tracks(uow: UnitOfWork, site: str) -> Mapping[Key, Track]:
    """What an engine that begins anew has to know: the alerts that stand."""
    rows = uow.connection.execute(
        select(_alerts).where(_alerts.c.site == site, _alerts.c.resolved_at.is_(None))
    )
    return {
        (row.rule, row.subject): Track(
            true=True, since=row.opened_at, open=True, unstable=row.unstable, detail=row.detail
        )
        for row in rows
    }


def standing(uow: UnitOfWork, site: str) -> list[tuple[str, str]]:
    """The rule and the severity of each alert that is open."""
    found = select(_alerts.c.rule, _alerts.c.severity).where(
        _alerts.c.site == site, _alerts.c.resolved_at.is_(None)
    )
    return [(row.rule, row.severity) for row in uow.connection.execute(found)]


def is_due(uow: UnitOfWork, site: str, before: datetime) -> bool:
    """Whether an alert was resolved, or a maintenance over, before `before`."""
    return RESOLVED.due(uow, site, before) or MAINTAINED.due(uow, site, before)


def forget(uow: UnitOfWork, site: str, before: datetime) -> int:
    """Delete what was resolved before `before`, with its events and notices; how many rows."""
    old = select(_alerts.c.id).where(_alerts.c.site == site, _alerts.c.resolved_at < before)
    ids = list(uow.connection.execute(old.limit(AT_ONCE)).scalars())
    for table in (_events, _notices):
        uow.connection.execute(delete(table).where(table.c.alert.in_(ids)))
    gone = uow.connection.execute(delete(_alerts).where(_alerts.c.id.in_(ids))).rowcount
    return gone + MAINTAINED.forget(uow, site, before)


def listed(uow: UnitOfWork, site: str) -> tuple[list[Alert], list[AlertEvent]]:
    """Open alerts, and those resolved of late; the gravest and newest first. And their events."""
    found = select(_alerts).where(
        _alerts.c.site == site,
        or_(_alerts.c.resolved_at.is_(None), _alerts.c.resolved_at > uow.now - SHOWN_FOR),
    )
    order = (_alerts.c.resolved_at.is_not(None), _alerts.c.severity, _alerts.c.opened_at.desc())
    rows = uow.connection.execute(found.order_by(*order).limit(MOST_SHOWN))
    alerts = [_alert(row) for row in rows]
    return alerts, _events_of(uow, [each.id for each in alerts])


def _events_of(uow: UnitOfWork, alerts: Iterable[str]) -> list[AlertEvent]:
    found = select(_events).where(_events.c.alert.in_(list(alerts))).order_by(_events.c.id)
    return [
        AlertEvent(row.alert, row.kind, row.by, row.detail, row.at)
        for row in uow.connection.execute(found)
    ]


def _open(uow: UnitOfWork, site: str, key: Key) -> Any:
    rule, subject = key
    mine = (_alerts.c.site == site) & (_alerts.c.rule == rule) & (_alerts.c.subject == subject)
    return uow.connection.execute(
        select(_alerts).where(mine, _alerts.c.resolved_at.is_(None))
    ).one_or_none()


def _change(uow: UnitOfWork, alert: str, **values: Any) -> None:
    uow.connection.execute(update(_alerts).where(_alerts.c.id == alert).values(**values))


def _event(uow: UnitOfWork, site: str, alert: str, kind: str, by: str, detail: str) -> None:
    row = {"site": site, "alert": alert, "kind": kind, "by": by, "detail": detail, "at": uow.now}
    uow.connection.execute(insert(_events), row)


def _alert(row: Any) -> Alert:
    return Alert(
        row.id,
        row.rule,
        row.subject,
        Severity(row.severity),
        row.unstable,
        row.detail,
        row.changes,
        row.opened_at,
        row.resolved_at,
        row.acknowledged_by,
        row.acknowledged_at,
    )
