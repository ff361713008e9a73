"""A diagnostics bundle says how the machine is, and nothing of a person, a key or a token."""

import gzip
import io
import json
import tarfile
from datetime import UTC, datetime
from typing import Any

import pytest

from kiosk.actions import bundle
from kiosk.actions.bundle import BLANK, Diagnostics, harmless, packed
from kiosk.actions.model import Action, Kind, Me
from kiosk.config import KioskConfig
from kiosk.notes import written
from tests.support.told_kiosk import NOON, Line

SECRETS = (
    "45678912",
    "juana.prueba@correo.pe",
    "4111 1111 1111 1111",
    "987 654 321",
    "hunter2",
    "aabbccddeeff0011",
    "198.51.100.7",
    "clave-secreta",
)
CONFIG = KioskConfig.model_validate(
    {
        "code": "K01",
        "server": {"url": "https://clave-secreta@198.51.100.7"},
        "places": {"reader": "preguntar a 987 654 321"},
        "speech": {"loudspeaker": "hunter2"},
        "devices": [
            {
                "name": "terminal",
                "model": "nexo",
                "port": "tcp://hunter2@198.51.100.7:20000",
                "options": {"key": "aabbccddeeff0011", "pin": 45678912, "fast": True, "step": 3},
            }
        ],
    }
)
PARTS: dict[str, bundle.Part] = {
    "configuration": lambda: harmless(CONFIG, 3),
    "log": lambda: [
        written(NOON, "error", {"event": "read 45678912 of 'juana'", "why": "hunter" + "1"}),
        written(NOON, "info", {"event": "mail juana.prueba@correo.pe", "token": "hunter2"}),
        written(NOON, "info", {"event": "card 4111 1111 1111 1111 call 987 654 321"}),
    ],
    "devices": lambda: [{"name": "terminal", "detail": "card 4111 1111 1111 1111"}],
}


def members(content: bytes) -> dict[str, Any]:
    with tarfile.open(fileobj=io.BytesIO(content)) as opened:
        return {
            each.name: json.loads(opened.extractfile(each).read())  # pyright: ignore[reportOptionalMemberAccess]
            for each in opened
        }


def leaks(content: bytes) -> list[str]:
    plain = gzip.decompress(content).decode()
    return [each for each in SECRETS if each in plain]


def test_a_bundle_says_how_it_is_and_names_nobody() -> None:
    content = packed({name: part() for name, part in PARTS.items()}, NOON)
    assert leaks(content) == []
    told = members(content)
    device = told["configuration.json"]["devices"][0]
    assert device["port"] == "tcp"
    assert device["options"] == {"key": BLANK, "pin": BLANK, "fast": True, "step": 3}
    assert told["configuration.json"]["version"] == 3
    assert len(told["log.json"]) == 3


@pytest.mark.negative_control
def test_a_bundle_of_everything_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "scrubbed", lambda value: value)
    everything = {"configuration": CONFIG.model_dump(mode="json"), "log": list(SECRETS)}
    assert set(leaks(packed(everything, NOON))) == set(SECRETS)


def action() -> Action:
    me = Me("PRUEBA", "K01", "")
    return Action("an-id", me, 1, Kind.DIAGNOSTICS, {}, NOON, NOON, 0)


def test_one_part_that_cannot_be_read_does_not_cost_the_others() -> None:
    def broken() -> object:
        raise OSError("no such device")

    line = Line()
    work = Diagnostics(line, {"broken": broken, **PARTS}, lambda: datetime.now(UTC)).work()
    assert work.do(action()).well
    assert not work.alone


def test_what_is_too_large_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "LARGEST", 50)
    line = Line()
    outcome = Diagnostics(line, PARTS, lambda: datetime.now(UTC)).work().do(action())
    assert not outcome.well
    assert line.reports == []
