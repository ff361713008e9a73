"""The administrator changes the site: its settings, services, counters and groups.

Each change is one event `site.changed`, and a new version of the site by which every process
reads its rows anew. Whoever changes says which version they saw.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import delete, insert, select, text, update

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.turns import tables
from queue_server.turns.model.service_words import WrittenWords
from queue_server.turns.model.site import CounterState, Leftover
from queue_server.turns.services.admin_checks import (
    between,
    code_like,
    one_of,
    refused,
    series_like,
    words,
)
from queue_server.turns.services.counters import desk, renew, serve
from queue_server.turns.services.queries import today
from queue_server.turns.services.rows import put
from queue_server.turns.services.rules import site_rules
from queue_server.turns.services.service_words import check_words, put_words, spanish_of

_STRATEGIES = ("strict", "interleave", "ageing")
_KINDS = ("turn", "certificate")


@dataclass(frozen=True)
class SiteSettings:
    """What holds for the whole site; see `model.site.SiteRules` and `model.rule.Rule`."""

    name: str
    zone: str
    strategy: str
    preferential_in_turn: int
    general_in_turn: int
    head_start_min: int
    no_show_returns: int
    no_show_delay_min: int
    leftover: str
    wait_alarm_min: int
    clock_limit_s: int
    complaints: str


@dataclass(frozen=True)
class ServiceRow:
    """One service as an administrator writes it; see `model.site.Service`."""

    name: str
    series: str
    kind: str
    position: int
    kiosk_visible: bool
    expected_minutes: int
    opens: time | None
    closes: time | None
    daily_quota: int | None
    needs: str
    retired: bool


def begin_change(uow: UnitOfWork, actor: Actor, seen: int) -> None:
    """Raises Problem 409 `stale` when the site has changed since version `seen` was read."""
    uow.lock_site(actor.site)
    version = site_rules(uow, actor.site).version
    if version != seen:
        sentence = (
            "Otra persona cambió la configuración mientras usted editaba. "
            "Revise lo que hay ahora y vuelva a guardar."
        )
        raise Problem(409, "stale", sentence, version=version)


def end_change(uow: UnitOfWork, actor: Actor, what: str, code: str) -> int:
    """The event of the change; the site's new version, which every process follows."""
    renew(uow, actor.site)
    uow.record(actor, "site.changed", what=what, code=code)
    return site_rules(uow, actor.site).version


def put_settings(uow: UnitOfWork, actor: Actor, seen: int, site: SiteSettings) -> int:
    """Change what holds for the whole site. Raises Problem 409, 422."""
    begin_change(uow, actor, seen)
    words("name", site.name, 3, 120, "El nombre del módulo")
    if site.zone not in available_timezones():
        raise refused("zone", "Esta zona horaria no existe; escriba una como America/Lima.")
    one_of("strategy", site.strategy, _STRATEGIES, "La regla de llamado")
    one_of("leftover", site.leftover, tuple(Leftover), "Lo que pasa al cerrar el día")
    between("preferential_in_turn", site.preferential_in_turn, 1, 9, "Los preferenciales seguidos")
    between("general_in_turn", site.general_in_turn, 1, 9, "Los regulares seguidos")
    between("head_start_min", site.head_start_min, 0, 240, "La ventaja en minutos")
    between("no_show_returns", site.no_show_returns, 0, 5, "Las veces que vuelve a la fila")
    between("no_show_delay_min", site.no_show_delay_min, 0, 120, "Los minutos hasta volver")
    between("wait_alarm_min", site.wait_alarm_min, 1, 480, "La alarma de espera")
    between("clock_limit_s", site.clock_limit_s, 1, 3600, "El límite del reloj")
    words("complaints", site.complaints, 0, 200, "El texto de reclamos")
    sites = tables.sites
    uow.connection.execute(update(sites).where(sites.c.code == actor.site).values(**vars(site)))
    return end_change(uow, actor, "site", actor.site)


def put_service(
    uow: UnitOfWork,
    actor: Actor,
    seen: int,
    code: str,
    row: ServiceRow,
    written: Mapping[str, WrittenWords] | None = None,
) -> int:
    """Create, change or retire a service. `written`: its words by language; what is not named
    stays. Raises Problem 409 for a letter that is taken and for retiring while people wait, 422."""
    written = written or {}
    begin_change(uow, actor, seen)
    _check_service(code, row)
    check_words(written)
    _refuse_taken_series(uow, actor.site, code, row.series)
    if row.retired:
        _refuse_awaited(uow, actor.site, code)
        _nobody_serves(uow, actor.site, code)
    before = spanish_of(uow, actor.site, code)
    put(uow, tables.services, {"site": actor.site, "code": code, **vars(row)})
    changed = before is not None and before != (row.name, row.needs)
    put_words(uow, actor, code, written, spanish_changed=changed)
    return end_change(uow, actor, "service", code)


def _check_service(code: str, row: ServiceRow) -> None:
    code_like("code", code, 30, "El código del servicio")
    words("name", row.name, 3, 80, "El nombre del servicio")
    series_like("series", row.series)
    one_of("kind", row.kind, _KINDS, "La clase de servicio")
    between("position", row.position, 0, 999, "El orden")
    between("expected_minutes", row.expected_minutes, 1, 240, "Los minutos de atención")
    if row.daily_quota is not None:
        between("daily_quota", row.daily_quota, 1, 9999, "El cupo diario")
    words("needs", row.needs, 0, 200, "Lo que debe traer")
    if row.opens and row.closes and row.closes != time() and row.opens >= row.closes:
        raise refused("closes", "El servicio debe terminar después de empezar.")


def _refuse_taken_series(uow: UnitOfWork, site: str, code: str, series: str) -> None:
    services = tables.services
    other = uow.connection.execute(
        select(services.c.name, services.c.retired).where(
            services.c.site == site, services.c.series == series, services.c.code != code
        )
    ).one_or_none()
    if other is not None:
        whose = f"«{other.name}»{', un servicio retirado' if other.retired else ''}"
        sentence = f"La letra {series} ya es de {whose}; elija otra."
        raise Problem(409, "series_taken", sentence, field="series")


def _refuse_awaited(uow: UnitOfWork, site: str, code: str) -> None:
    waiting = sum(
        row.service == code or code in row.then
        for row in _open_tickets(uow, site, tables.tickets.c.service, tables.tickets.c.then)
    )
    if waiting:
        people = "1 persona espera" if waiting == 1 else f"{waiting} personas esperan"
        sentence = f"No se puede retirar ahora: {people} este servicio. Ocúltelo del quiosco y "
        raise Problem(409, "service_awaited", f"{sentence}retírelo cuando termine la fila.")


def _open_tickets(uow: UnitOfWork, site: str, *columns: Any) -> list[Any]:
    """Those of today that wait or are at a counter."""
    tickets = tables.tickets
    query = select(*columns).where(
        tickets.c.site == site,
        tickets.c.queue_day == today(uow, site_rules(uow, site)),
        text(f"({tables.IS_CALLABLE} OR {tables.IS_AT_COUNTER})"),
    )
    return list(uow.connection.execute(query))


def _nobody_serves(uow: UnitOfWork, site: str, code: str) -> None:
    for table in (tables.counter_services, tables.operator_services):
        uow.connection.execute(delete(table).where(table.c.site == site, table.c.service == code))


def put_counter(
    uow: UnitOfWork,
    actor: Actor,
    seen: int,
    code: str,
    name: str,
    weights: Mapping[str, int],
    *,
    retired: bool,
) -> int:
    """Create, change or retire a counter and what it serves: service -> weight 1..9. Raises
    Problem 409 for retiring one that is open or that people were sent to, 422."""
    begin_change(uow, actor, seen)
    code_like("code", code, 20, "El código de la ventanilla")
    words("name", name, 1, 40, "El nombre de la ventanilla")
    _check_weights(uow, actor.site, weights, least=1)
    if retired:
        _refuse_busy_counter(uow, actor.site, code)
    put(
        uow,
        tables.counters,
        {"site": actor.site, "code": code, "name": name, "retired": retired},
    )
    serve(uow, actor.site, code, {} if retired else weights)
    if retired:
        members = tables.pool_counters
        uow.connection.execute(
            delete(members).where(members.c.site == actor.site, members.c.counter == code)
        )
    return end_change(uow, actor, "counter", code)


def _check_weights(uow: UnitOfWork, site: str, weights: Mapping[str, int], least: int) -> None:
    services = site_rules(uow, site).services
    for service, weight in weights.items():
        if service not in services:
            raise refused("services", f"El servicio {service} no existe o está retirado.")
        between("services", weight, least, 9, f"El peso de «{services[service].name}»")


def _refuse_busy_counter(uow: UnitOfWork, site: str, code: str) -> None:
    if code not in site_rules(uow, site).counters:
        return
    here = desk(uow, site, code)
    if here.state is not CounterState.CLOSED:
        sentence = f"La ventanilla la atiende {here.operator}; ciérrela antes de retirarla."
        raise Problem(409, "counter_open", sentence)
    _refuse_aimed(uow, site, f"counter:{code}", "esta ventanilla")


def _refuse_aimed(uow: UnitOfWork, site: str, aim: str, place: str) -> None:
    aimed = [row for row in _open_tickets(uow, site, tables.tickets.c.aimed_at) if row[0] == aim]
    if aimed:
        sentence = f"Hay {len(aimed)} turnos derivados a {place}; atiéndalos o derívelos primero."
        raise Problem(409, "tickets_aimed", sentence)


def put_pool(
    uow: UnitOfWork, actor: Actor, seen: int, code: str, name: str, counters: list[str]
) -> int:
    """Create or change a group of counters that tickets can be sent to. Raises Problem 409, 422."""
    begin_change(uow, actor, seen)
    code_like("code", code, 20, "El código del grupo")
    words("name", name, 1, 40, "El nombre del grupo")
    known = site_rules(uow, actor.site).counters
    strange = next((each for each in counters if each not in known), None)
    if strange is not None:
        raise refused("counters", f"La ventanilla {strange} no existe o está retirada.")
    if not counters:
        raise refused("counters", "Elija al menos una ventanilla para el grupo.")
    put(uow, tables.pools, {"site": actor.site, "code": code, "name": name})
    _leave_pool(uow, actor.site, code)
    rows = [{"site": actor.site, "pool": code, "counter": each} for each in sorted(set(counters))]
    uow.connection.execute(insert(tables.pool_counters), rows)
    return end_change(uow, actor, "pool", code)


def remove_pool(uow: UnitOfWork, actor: Actor, seen: int, code: str) -> int:
    """Remove a group. Raises Problem 404, 409 while tickets were sent to it."""
    begin_change(uow, actor, seen)
    if code not in site_rules(uow, actor.site).pools:
        raise Problem(404, "unknown_pool", "Este grupo de ventanillas no existe.")
    _refuse_aimed(uow, actor.site, f"pool:{code}", "este grupo")
    _leave_pool(uow, actor.site, code)
    pools = tables.pools
    uow.connection.execute(delete(pools).where(pools.c.site == actor.site, pools.c.code == code))
    return end_change(uow, actor, "pool", code)


def _leave_pool(uow: UnitOfWork, site: str, code: str) -> None:
    members = tables.pool_counters
    uow.connection.execute(delete(members).where(members.c.site == site, members.c.pool == code))


def put_operator(
    uow: UnitOfWork, actor: Actor, seen: int, operator: str, weights: Mapping[str, int]
) -> int:
    """What one account serves: service -> 0..9, 0 leaves it to others; a service that is not
    named keeps the counter's weight. Raises Problem 409, 422."""
    begin_change(uow, actor, seen)
    words("operator", operator, 1, 40, "La cuenta")
    _check_weights(uow, actor.site, weights, least=0)
    rows = tables.operator_services
    uow.connection.execute(
        delete(rows).where(rows.c.site == actor.site, rows.c.operator == operator)
    )
    if weights:
        uow.connection.execute(
            insert(rows),
            [
                {"site": actor.site, "operator": operator, "service": service, "weight": weight}
                for service, weight in weights.items()
            ],
        )
    return end_change(uow, actor, "operator", operator)
