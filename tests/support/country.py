"""An invented country: sites in their regions, each as it might tell itself to the hub."""

import contextlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

from sqlalchemy import insert

from queue_server.core.clock import local_day
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.hub.model.country import ZONE
from queue_server.hub.model.summary import summarised
from queue_server.hub.tables import hub_anchors, hub_days, hub_events, hub_orders, hub_sites
from queue_server.hub.wire import AboutBody, LineBody, StateBody
from queue_server.staff.model import Role, digest
from queue_server.staff.tables import credentials
from tests.support.site import Site

CLERK = "rosa-it"
PLACES: Sequence[tuple[str, Sequence[str]]] = (
    ("Lima", ("MAC Lima Norte", "MAC Lima Este", "Plaza del Sol", "MAC Callao Centro", "Jockey",
              "MAC San Juan", "Real Plaza Centro", "Mega Sur")),
    ("Arequipa", ("MAC Arequipa", "Plaza Cayma", "Mall Porongoche", "Camaná")),
    ("La Libertad", ("MAC Trujillo", "Plaza Trujillo", "Chepén")),
    ("Piura", ("MAC Piura", "Sullana", "Talara", "Paita")),
    ("Cusco", ("MAC Cusco", "Sicuani", "Quillabamba")),
    ("Lambayeque", ("MAC Chiclayo", "Mall Chiclayo", "Lambayeque")),
    ("Junín", ("MAC Huancayo", "Tarma", "La Merced")),
    ("Ica", ("MAC Ica", "Chincha", "Nasca")),
    ("Áncash", ("MAC Huaraz", "Chimbote")),
    ("Loreto", ("MAC Iquitos", "Yurimaguas")),
    ("Puno", ("MAC Puno", "Juliaca", "Ilave")),
    ("Tacna", ("MAC Tacna", "Zofratacna")),
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """How one invented site stands. `silent_s`: how long ago it was heard last; below 0 it will
    not be silent for so long, however slow a test is."""

    code: str
    name: str = "Un módulo"
    region: str = "Lima"
    verdict: str = "all"
    kiosks: int = 3
    up: int = 3
    why: str = "offline"
    alerts: Sequence[tuple[str, str, str]] = ()  # severity, title, place
    waiting: int = 0
    longest_wait_s: int = 0
    open: bool = True
    build: str = "1.4.0"
    kiosk_build: str = "1.4.0"
    certificate_days: int = 200
    silent_s: float = 3
    clock_offset_ms: int = 40
    certificates_a_day: int = 60
    backend_up: bool | None = True


@contextlib.contextmanager
def running_hub(folder: Path) -> Iterator[Site]:
    """A hub's web worker on plain HTTP; its code is `PRUEBA`. Everything ends with the block."""
    hub = Site(folder)
    try:
        hub.fork("hub-web")
        hub.wait_ready()
        yield hub
    finally:
        hub.remove()


def state_of(told: Told, now: datetime) -> StateBody:
    """What it tells of itself, in the shape the site's own pages are told."""
    kiosks = [_kiosk(told, place, now) for place in range(told.kiosks)]
    names = [each["name"] for each in kiosks]
    missing = [{"kiosk": name, "why": told.why} for name in names[told.up :]]
    if told.verdict == "some" and not missing:
        missing = [{"kiosk": names[-1], "why": "no_way_to_pay"}]
    absent = {each["kiosk"] for each in missing}
    journeys = [
        {
            "journey": "certificate",
            "name": "",
            "at": [name for name in names if name not in absent],
            "missing": missing,
        },
        {"journey": "turn:information", "name": "Informes", "at": names[: told.up], "missing": []},
    ]
    certificate_until = (now + timedelta(days=told.certificate_days, hours=1)).isoformat()
    monitor: dict[str, Any] = {
        "server": {
            "site": told.code,
            "now": now.isoformat(),
            "database": "ok",
            "event_id": 1200,
            "listeners": 4,
            "build": told.build,
            "certificate_until": certificate_until,
        },
        "glance": {
            "word": told.verdict,
            "serving": told.up,
            "kiosks": told.kiosks,
            "journeys": journeys if told.kiosks else [],
        },
        "usual_build": told.kiosk_build,
        "troubles": [],
        "kiosks": kiosks,
        "displays": [],
        "discovered": [],
    }
    return StateBody(
        at=now - timedelta(seconds=told.silent_s),
        about=AboutBody(
            name=told.name, region=told.region, zone="America/Lima", build=told.build
        ),
        line=LineBody(
            open=told.open,
            waiting=told.waiting,
            longest_wait_s=told.longest_wait_s,
            counters_open=3 if told.open else 0,
        ),
        monitor=monitor,
        alerts={"now": now.isoformat(), "event_id": 1200, "maintenance": [],
                "alerts": [_alert(told, each, now) for each in told.alerts]},
        backend_up=told.backend_up,
        backlog=2,
        parked=0,
        oldest_errand_s=40,
    )  # fmt: skip


def _kiosk(told: Told, place: int, now: datetime) -> dict[str, Any]:
    up = place < told.up
    broken = not up and told.why == "no_device"
    return {
        "name": f"A{place + 1:02d}",
        "standing": "known_visible",
        "presence": "online" if up or broken else "offline",
        "heard_s": 4.0,
        "boot_id": "b",
        "session": "s",
        "sequence": 7,
        "build": told.kiosk_build,
        "drifts": False,
        "screen": "Welcome",
        "unsent": 0,
        "oldest_unsent_s": None,
        "devices": [
            _device("printer", "receipt_printer", "escpos", "offline" if broken else "online",
                    {"paper": "out" if broken else "full"}),
            _device("reader", "document_reader", "regula", "online", {}),
            _device("terminal", "card_terminal", "nexo", "online", {}),
        ],
        "supplies": [
            {"device": "printer", "name": "paper", "unit": "prints", "count": 420, "capacity": 900,
             "fills": False, "left": 420, "days_left": 6.2}
        ],
        "journeys": [
            {"journey": "certificate", "name": "", "obstacle": "" if up else told.why},
            {"journey": "turn:information", "name": "Informes", "obstacle": ""},
        ],
        "counters": {"certificates": 310, "turns": 122},
        "vitals": {"temperature_c": 47.0, "disk_free_mb": 21000, "disk_percent": 55,
                   "clock_offset_ms": 12},
        "notes": [],
    }  # fmt: skip


def _device(name: str, kind: str, model: str, state: str, parts: dict[str, str]) -> dict[str, Any]:
    verdict = "fine" if state == "online" else "broken"
    return {
        "name": name,
        "kind": kind,
        "model": model,
        "device": state,
        "parts": [{"name": part, "word": word, "verdict": verdict} for part, word in parts.items()],
        "action": None if state == "online" else "maintenance",
        "detail": "",
        "verdict": verdict,
    }


def _alert(told: Told, alert: tuple[str, str, str], now: datetime) -> dict[str, Any]:
    severity, title, place = alert
    return {
        "id": str(uuid5(NAMESPACE_DNS, f"{told.code}{title}{place}")),
        "rule": "device_down",
        "title": title,
        "subject": place,
        "place": place,
        "severity": severity,
        "unstable": False,
        "detail": "",
        "opened_at": (now - timedelta(minutes=48)).isoformat(),
        "resolved_at": None,
        "acknowledged_by": None,
        "acknowledged_at": None,
        "events": [],
    }


def invented(sites: int = 40) -> list[Told]:
    """So many sites over the regions; a few are not well, one in a way of its own."""
    return [
        _fate(place, Told(f"M{place + 1:03d}", name, region, certificates_a_day=20 + place % 90))
        for place, (region, name) in zip(range(sites), _names(), strict=False)
    ]


def _names() -> Iterator[tuple[str, str]]:
    round_of = 1
    while True:
        for region, names in PLACES:
            for name in names:
                yield region, name if round_of == 1 else f"{name} {round_of}"
        round_of += 1


def _fate(place: int, site: Told) -> Told:
    printer = ("critical", "Dispositivo averiado", "A02, printer")
    paper = ("warning", "Papel por acabarse", "A01, printer")
    fates: dict[int, dict[str, Any]] = {
        2: {"verdict": "none", "up": 0, "alerts": [("critical", "Quiosco sin señal", "A01"), paper],
            "waiting": 31, "longest_wait_s": 3300},
        5: {"verdict": "some", "up": 2, "waiting": 9, "longest_wait_s": 900},
        9: {"verdict": "some", "up": 1, "why": "no_device", "alerts": [printer], "kiosks": 2},
        13: {"silent_s": 8100.0},
        17: {"build": "1.3.2", "kiosk_build": "1.3.2"},
        20: {"open": False, "up": 0, "verdict": "none"},
        24: {"verdict": "none", "up": 0, "why": "backend_away", "backend_up": False,
             "alerts": [("critical", "La central no responde", "")], "waiting": 4,
             "longest_wait_s": 660},
        28: {"alerts": [paper], "certificate_days": 6},
        31: {"silent_s": 260000.0, "verdict": "some", "up": 2},
        34: {"kiosks": 0, "up": 0, "verdict": "empty"},
        37: {"clock_offset_ms": 95000},
    }  # fmt: skip
    calm = replace(site, waiting=place % 6, longest_wait_s=place % 6 * 170)
    return replace(calm, **fates.get(place, {}))


def seed(
    uow: UnitOfWork, hub: str, sites: Sequence[Told], days: int = 0, *, events: int = 0
) -> None:
    """Enrol `sites` at the hub and put in what they told; the last of `days` is today."""
    enrol(uow, hub, [told.code for told in sites])
    for told in sites:
        write(uow, told)
    if days:
        rows = [row for told in sites for row in _days(told, uow.now, days)]
        uow.connection.execute(insert(hub_days), rows)
    for told in sites[:3] if events else ():
        uow.connection.execute(insert(hub_events), _events(told, uow.now, events))


def enrol(uow: UnitOfWork, hub: str, codes: Sequence[str]) -> None:
    """Credentials of sites, as pairing leaves them; nobody holds their secrets."""
    rows = [
        {
            "id": uuid5(NAMESPACE_DNS, f"{hub}/{code}").hex[:16],
            "site": hub,
            "role": Role.SITE,
            "name": code,
            "secret_hash": digest(code),
            "created_at": uow.now - timedelta(days=400),
        }
        for code in codes
    ]
    uow.connection.execute(insert(credentials), rows)


def write(uow: UnitOfWork, told: Told) -> None:
    """What the hub holds of a site after it told its state, heard `silent_s` ago."""
    now = uow.now
    state = state_of(told, now)
    heard_at = now - timedelta(seconds=told.silent_s)
    before = {"verdict": told.verdict, "since": (now - timedelta(minutes=52)).isoformat()}
    row = {
        "site": told.code,
        "heard_at": heard_at,
        "last_event": 1200,
        "clock_offset_ms": told.clock_offset_ms,
        "state_digest": "0" * 64,
        "state_at": heard_at,
        "summary": summarised(state, before),
        "state": state.model_dump(mode="json"),
    }
    upsert = uow.upsert(hub_sites).values(row)
    uow.connection.execute(upsert.on_conflict_do_update(index_elements=["site"], set_=row))
    anchor = {"site": told.code, "id": 1190, "mac": bytes(32), "at": heard_at}
    made = uow.upsert(hub_anchors).values(anchor)
    uow.connection.execute(made.on_conflict_do_nothing())


def _days(told: Told, now: datetime, days: int) -> Iterator[dict[str, Any]]:
    today = local_day(now, ZONE)
    for back in range(days):
        day = today - timedelta(days=back)
        yield {
            "site": told.code,
            "day": day,
            "certificates": sold(told, day),
            "figures": {},
            "told_at": now,
        }


def sold(told: Told, day: date) -> int:
    """Certificates of a site on a day: none on Sundays, more in March and December."""
    if day.weekday() == 6:
        return 0
    season = 1 + 0.35 * math.cos((day.month - 3) / 12 * 2 * math.pi)
    growth = 1 + (day.year - 2024) * 0.25 + day.month / 48
    return round(told.certificates_a_day * season * growth)


def _events(told: Told, now: datetime, count: int) -> list[dict[str, Any]]:
    kinds = ("ticket.issued", "ticket.called", "ticket.finished", "kiosk.changed")
    return [
        {
            "site": told.code,
            "id": 1200 - back,
            "at": now - timedelta(seconds=9 * back),
            "kind": kinds[back % len(kinds)],
            "actor": "kiosk:A01",
            "body": {"ticket": f"t-{1200 - back}", "service": "information"},
        }
        for back in range(count)
    ]


def an_order(told: Told, now: datetime, state: str = "waiting", **more: Any) -> dict[str, Any]:
    """A row of `hub_orders`."""
    return {
        "id": str(uuid5(NAMESPACE_DNS, f"{told.code}{state}{more}")),
        "site": told.code,
        "kiosk": "A01",
        "kind": "self_test",
        "arguments": {},
        "state": state,
        "detail": "",
        "ordered_by": CLERK,
        "ordered_at": now - timedelta(minutes=4),
        "valid_until": now + timedelta(hours=20),
        "changed_at": now,
        **more,
    }


def put_orders(uow: UnitOfWork, rows: Sequence[dict[str, Any]]) -> None:
    """Orders as if somebody had placed them."""
    uow.connection.execute(insert(hub_orders), list(rows))
