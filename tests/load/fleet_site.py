"""A site of many kiosks, put straight into its database, and what each of them says."""

from datetime import timedelta
from typing import Any

from sqlalchemy import insert

from devices.status import DeviceState
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.fleet.model.devices import DeviceReport
from queue_server.fleet.model.heartbeat import Heartbeat, Journey, Supply, Vitals
from queue_server.fleet.services import heartbeats
from queue_server.staff import tables as staff
from queue_server.staff.model import Role, digest
from queue_server.staff.services.credentials import new_token
from tests.support.site import Site

SITE = "PRUEBA"
SESSION = "6f1c0a52-5e0e-4d0f-9a39-1f6f2f0e7c11"
KINDS = (
    "document_reader",
    "receipt_printer",
    "card_terminal",
    "cash_acceptor",
    "cash_acceptor",
    "cash_dispenser",
    "keypad",
    "chip_reader",
)


def furnish(site: Site, count: int) -> dict[str, str]:
    """`count` paired kiosks of eight devices that told everything once: name -> token."""
    database = site.database()
    tokens = {f"K{number:03d}": new_token() for number in range(count)}

    def pair(uow: UnitOfWork) -> None:
        rows = [
            {
                "id": token.credential_id,
                "site": SITE,
                "role": Role.KIOSK,
                "name": name,
                "secret_hash": digest(token.secret),
                "created_at": uow.now,
                "device_key": bytes(32),
                "expires_at": uow.now + timedelta(days=30),
            }
            for name, token in tokens.items()
        ]
        uow.connection.execute(insert(staff.credentials), rows)

    database.run(pair)
    for name in tokens:
        actor = Actor(SITE, Role.KIOSK, name)
        database.run(lambda uow, who=actor: heartbeats.record_heartbeat(uow, who, everything()))
    database.close()
    return {name: str(token) for name, token in tokens.items()}


def everything() -> Heartbeat:
    """The first heartbeat of a kiosk with eight devices."""
    devices = tuple(
        DeviceReport(
            f"device{number}",
            kind,
            "model",
            DeviceState.ONLINE,
            {"paper": "full", "cover": "closed"} if kind == "receipt_printer" else {"bins": "ok"},
            None,
            "",
        )
        for number, kind in enumerate(KINDS)
    )
    return Heartbeat(
        SESSION,
        0,
        "0.1.0",
        "Welcome",
        devices,
        0,
        session=SESSION,
        supplies=(
            Supply("device1", "paper", "prints", 700, 1000),
            Supply("device3", "box", "pieces", 120, 600, fills=True),
            Supply("device5", "coins", "pieces", 200, 400),
        ),
        journeys=(
            Journey("certificate", ""),
            *(Journey(f"pay:{way}", "") for way in ("card", "cash", "wallet")),
            *(Journey(f"turn:{each}", "", each) for each in ("information", "review")),
        ),
        vitals=Vitals(48.0, 9000, 60, 20),
        notes=tuple(f"line {number} of its log" for number in range(20)),
    )


def nothing_new(sequence: int) -> dict[str, Any]:
    """What a kiosk at rest sends every ten seconds (`kiosk.heartbeat.body_of`): the machine
    itself is never quite as it was."""
    return {
        "boot_id": SESSION,
        "session": SESSION,
        "sequence": sequence,
        "build": "0.1.0",
        "full": False,
        "screen": "Welcome",
        "unsent": 0,
        "oldest_unsent_s": None,
        "vitals": {
            "temperature_c": 45.0 + sequence % 60 / 10,
            "disk_free_mb": 9000 - sequence % 100,
            "disk_percent": 60,
            "clock_offset_ms": 20 + sequence % 7,
        },
        "devices": [],
        "gone": [],
        "journeys": None,
        "supplies": None,
        "counters": {},
        "notes": None,
    }
