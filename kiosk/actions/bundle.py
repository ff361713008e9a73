"""What this kiosk gathers of itself for IT: versions, states, settings, the last lines of its log.

Nothing of a person, no key, no token: what is not known to be harmless is left out or blanked.
"""

import base64
import io
import json
import platform
import tarfile
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID, uuid4

from kiosk.actions.desk import Outcome, Work
from kiosk.actions.model import Action
from kiosk.config import KioskConfig
from kiosk.journal import JournalFailed
from kiosk.notes import redacted
from kiosk.queue_client import Answer, Granted, Refused

LARGEST = 256 * 1024  # bytes, compressed
LARGEST_MEMBER = 512 * 1024  # bytes
UPLOAD_WITHIN_S = 20.0
BLANK = "(no se muestra)"

Part = Callable[[], Any]
"""Reads what goes into one file of the bundle, as JSON."""


class _Line(Protocol):
    def put(
        self, path: str, body: dict[str, Any] | None, key: UUID, deadline_s: float
    ) -> Answer: ...


class Diagnostics:
    """`parts`: name -> what it says now; each is redacted again on its way in."""

    def __init__(self, line: _Line, parts: Mapping[str, Part], now: Callable[[], datetime]) -> None:
        self._line = line
        self._parts = parts
        self._now = now

    def work(self) -> Work:
        """How it is done: beside whoever is being served."""
        return Work(self._do, alone=False)

    def _do(self, action: Action) -> Outcome:
        content = packed({name: _read(part) for name, part in self._parts.items()}, self._now())
        if len(content) > LARGEST:
            return Outcome(well=False, detail="El diagnóstico resultó demasiado grande.")
        body = {"content": base64.b64encode(content).decode()}
        path = f"/api/v1/kiosk-actions/{action.id}/bundle"
        match self._line.put(path, body, uuid4(), UPLOAD_WITHIN_S):
            case Granted():
                return Outcome(well=True, detail=f"{len(content) / 1024:.1f} kB")
            case Refused(kind=kind):
                return Outcome(well=False, detail=f"El servidor no lo aceptó: {kind}.")
            case _:
                return Outcome(well=False, detail="No se pudo enviar al servidor.")


def packed(parts: Mapping[str, Any], now: datetime) -> bytes:
    """A tar.gz with one JSON file a part."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as bundle:
        for name, value in parts.items():
            text = json.dumps(scrubbed(value), ensure_ascii=False, indent=1, default=str)
            content = text.encode()[:LARGEST_MEMBER]
            member = tarfile.TarInfo(f"{name}.json")
            member.size, member.mtime = len(content), int(now.timestamp())
            bundle.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def scrubbed(value: Any) -> Any:
    """`value` with every text redacted as the log lines are."""
    match value:
        case str():
            return redacted(value)
        case dict():
            return {str(key): scrubbed(each) for key, each in value.items()}
        case list() | tuple():
            return [scrubbed(each) for each in value]
        case _:
            return value


def harmless(config: KioskConfig, version: int) -> dict[str, Any]:
    """The configuration as it counts: names, models and numbers; every other text is blanked."""
    return {
        "code": config.code,
        "version": version,
        "paired": config.server.credential_file is None,
        "server_named": config.server.url is not None,
        "screen": config.screen.model_dump(),
        "discovery": {"enabled": config.discovery.enabled},
        "offline": config.offline.model_dump(),
        "speech": {"words_per_minute": config.speech.words_per_minute},
        "places": {name: bool(said) for name, said in config.places.model_dump().items()},
        "devices": [
            {
                "name": each.name,
                "model": each.model,
                "port": _kind_of_port(each.port),
                "capacity": each.capacity,
                "options": {name: _shown(value) for name, value in each.options.items()},
            }
            for each in config.devices
        ],
    }


def machine() -> dict[str, Any]:
    """What the program runs on."""
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "kernel": platform.release(),
        "machine": platform.machine(),
    }


def _kind_of_port(port: str) -> str:
    """How it is reached; where exactly could name an address or an account."""
    return port.partition("://")[0] if "://" in port else "serial"


def _shown(value: str | float | bool) -> str | float | bool:
    """A switch or a small number says nothing of anybody; a PIN would be a longer one."""
    if isinstance(value, bool) or (isinstance(value, int | float) and abs(value) < 1000):
        return value
    return BLANK


def _read(part: Part) -> Any:
    """A part that cannot be read says so; the others are worth having."""
    try:
        return part()
    except (OSError, ValueError, TypeError, LookupError, AttributeError, JournalFailed) as error:
        return {"unreadable": type(error).__name__}
