"""When people are told, and when they are left in peace."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from devices.status import DeviceState
from queue_server.fleet.adapters.alerts_file import DEFAULT, AlertsFileError, load
from queue_server.fleet.model.alert_conditions import Facts, KioskFacts
from queue_server.fleet.model.alert_engine import Change, Tracks, step
from queue_server.fleet.model.alert_rules import Condition, RuleBook
from queue_server.fleet.model.devices import DeviceReport
from queue_server.fleet.model.heartbeat import Heartbeat, Supply, Vitals
from tests.support.nursery import REPOSITORY

NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
BOOK = load()


def kiosk(
    name: str = "A01",
    device: DeviceState = DeviceState.ONLINE,
    parts: dict[str, str] | None = None,
    online: bool = True,
    vitals: Vitals | None = None,
    oldest: int | None = None,
    kind: str = "receipt_printer",
) -> KioskFacts:
    report = DeviceReport("printer", kind, "escpos", device, parts or {}, None, "")
    beat = Heartbeat(
        "boot",
        1,
        "1",
        "Welcome",
        (report,),
        0,
        vitals=vitals or Vitals(),
        oldest_unsent_s=oldest,
        supplies=(Supply("printer", "paper", "prints", 50, 1000),),
    )
    return KioskFacts(name, online, beat)


class Engine:
    """The real rules, looked at every five seconds of a clock of its own."""

    def __init__(self, book: RuleBook = BOOK) -> None:
        self.book = book
        self.now = NOON
        self.tracks: Tracks = {}
        self.told: list[tuple[str, str, Change]] = []

    def run(self, facts: Facts, seconds: float) -> list[tuple[str, str, Change]]:
        """These facts for so long; what people are told meanwhile."""
        told = []
        for _ in range(round(seconds / 5)):
            self.tracks, changed = step(self.book, self.tracks, facts, self.now)
            told += [(*each.key, each.change) for each in changed]
            self.now += timedelta(seconds=5)
        self.told += told
        return told


WELL = Facts(kiosks=(kiosk(),), backend_up=True, backlog_s=3, certificate_days=200)


@pytest.mark.parametrize(
    ("facts", "rule", "subject"),
    [
        (Facts((kiosk(device=DeviceState.FRAUD_ATTEMPT),)), "tamper", "A01/printer"),
        (Facts((kiosk(device=DeviceState.POTENTIAL_FRAUD),)), "tamper", "A01/printer"),
        (Facts((kiosk(device=DeviceState.NO_DEVICE),)), "device_down", "A01/printer"),
        (Facts((kiosk(parts={"paper": "low"}),)), "paper_low", "A01/printer"),
        (
            Facts((kiosk(device=DeviceState.OFFLINE, parts={"paper": "out"}),)),
            "paper_out",
            "A01/printer",
        ),
        (Facts((kiosk(parts={"bins": "high"}),)), "cash_box", "A01/printer"),
        (Facts((kiosk(online=False), kiosk("A02"))), "kiosk_offline", "A01"),
        (Facts((kiosk(oldest=601),)), "backlog", "A01"),
        (Facts(backlog_s=601), "backlog", "@outbox"),
        (Facts(backend_up=False), "backend_down", "@backend"),
        (Facts(certificate_days=13), "certificate", "@certificate"),
        (Facts(anchor_age_s=901), "audit_anchor", "@audit"),
        (Facts(chain_fault="row 7"), "audit_broken", "@audit"),
        (Facts((kiosk(vitals=Vitals(disk_percent=9)),)), "disk", "A01"),
        (Facts((kiosk(vitals=Vitals(clock_offset_ms=-31_000)),)), "clock", "A01"),
        (Facts(codes_twice=frozenset({"A01"})), "code_twice", "@code A01"),
        (Facts(displays_gone=frozenset({"sala"})), "display_gone", "@display sala"),
    ],
)
def test_each_rule_opens_one_alert_and_resolves_it_by_itself(
    facts: Facts, rule: str, subject: str
) -> None:
    engine = Engine()
    assert engine.run(WELL, 60) == []
    assert engine.run(facts, 120) == [(rule, subject, Change.OPENED)]
    assert engine.run(WELL, 400) == [(rule, subject, Change.RESOLVED)]


def test_every_condition_has_a_rule_that_comes_with_the_server() -> None:
    extra = {Condition.SUPPLY_BELOW, Condition.SUPPLY_ABOVE}
    assert {each.condition for each in BOOK.rules} == set(Condition) - extra


def test_what_lasts_less_than_its_rule_says_is_told_to_nobody() -> None:
    engine = Engine()
    for _ in range(2):
        engine.run(Facts((kiosk(device=DeviceState.NO_DEVICE),)), 25)
        engine.run(WELL, 900)
    assert engine.told == []


def test_what_comes_and_goes_is_one_alert_that_says_so() -> None:
    engine = Engine()
    for _ in range(30):
        engine.run(Facts((kiosk(device=DeviceState.NO_DEVICE),)), 40)
        engine.run(WELL, 40)
    assert [each[2] for each in engine.told if each[2] is Change.UNSTABLE] == [Change.UNSTABLE]
    assert len(engine.told) <= 6
    engine.told.clear()
    engine.run(WELL, 1200)
    assert [each[2] for each in engine.told] == [Change.RESOLVED]


@pytest.mark.negative_control
def test_without_folding_people_would_be_told_again_and_again() -> None:
    flapping = replace(BOOK.flapping, changes=10_000)
    engine = Engine(replace(BOOK, flapping=flapping))
    for _ in range(30):
        engine.run(Facts((kiosk(device=DeviceState.NO_DEVICE),)), 40)
        engine.run(WELL, 40)
    assert len(engine.told) > 40


def test_a_silent_kiosk_says_nothing_of_its_devices() -> None:
    engine = Engine()
    broken = kiosk(device=DeviceState.NO_DEVICE)
    engine.run(Facts((broken,)), 60)
    engine.told.clear()
    silent = Facts((replace(broken, online=False),))
    assert engine.run(silent, 300) == [("kiosk_offline", "A01", Change.OPENED)]
    told = engine.run(Facts((broken,)), 300)
    assert told == [("kiosk_offline", "A01", Change.RESOLVED)], "the device's alert went on"


def test_three_hundred_kiosks_cut_at_once_are_one_alert() -> None:
    engine = Engine()
    names = [f"K{each:03d}" for each in range(300)]
    engine.run(Facts(tuple(kiosk(each) for each in names)), 30)
    for heard in range(0, 301, 60):  # the watch judges them one after the other, over ten seconds
        cut = [kiosk(each, online=at >= heard) for at, each in enumerate(names)]
        engine.run(Facts(tuple(cut)), 5 if heard < 300 else 600)
    assert engine.told == [("network", "@network", Change.OPENED)]
    engine.told.clear()
    for back in range(0, 301, 60):
        cut = [kiosk(each, online=at < back) for at, each in enumerate(names)]
        engine.run(Facts(tuple(cut)), 5 if back < 300 else 600)
    assert engine.told == [("network", "@network", Change.RESOLVED)]


@pytest.mark.negative_control
def test_without_the_parent_they_would_be_three_hundred() -> None:
    rules = tuple(each for each in BOOK.rules if each.condition is not Condition.NETWORK)
    engine = Engine(replace(BOOK, rules=rules))
    cut = tuple(kiosk(f"K{each:03d}", online=False) for each in range(300))
    assert len(engine.run(Facts(cut), 60)) == 300


@pytest.mark.parametrize("scope", ["A01", ""])
def test_what_is_worked_on_raises_no_alert_until_it_is_over(scope: str) -> None:
    engine = Engine()
    broken = Facts((kiosk(device=DeviceState.NO_DEVICE),))
    assert engine.run(replace(broken, maintained=frozenset({scope})), 600) == []
    assert engine.run(broken, 60) == [("device_down", "A01/printer", Change.OPENED)]
    told = engine.run(replace(broken, maintained=frozenset({scope})), 60)
    assert told == [("device_down", "A01/printer", Change.RESOLVED)]


def test_a_kiosk_that_staff_closed_is_no_fault() -> None:
    engine = Engine()
    assert engine.run(Facts((kiosk(device=DeviceState.OFFLINE, kind="service"),)), 300) == []


def test_an_alert_whose_rule_is_gone_ends() -> None:
    engine = Engine()
    engine.run(Facts((kiosk(device=DeviceState.NO_DEVICE),)), 60)
    rules = tuple(each for each in BOOK.rules if each.name != "device_down")
    engine.book = replace(BOOK, rules=rules)
    told = engine.run(Facts((kiosk(device=DeviceState.NO_DEVICE),)), 5)
    assert told == [("device_down", "A01/printer", Change.RESOLVED)]


def test_the_file_of_the_folder_deploy_says_what_the_server_comes_with() -> None:
    assert load(REPOSITORY / "deploy" / "alerts.toml") == load(DEFAULT)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "there is no rule"),
        ("[rules.x]\ncondition = 'disk'\nseverity = 'warning'\n", "`title` is missing"),
        ("[rules.x]\ncondition = 'disc'\nseverity = 'warning'\ntitle = 'x'\n", "'disc' is not one"),
        (
            "[rules.x]\ncondition = 'disk'\nseverity = 'warning'\ntitle = 'x'\npercnt = 3\n",
            "did you mean 'percent'",
        ),
        (
            "[rules.x]\ncondition = 'disk'\nseverity = 'warning'\ntitle = 'x'\nroles = ['boss']\n",
            "'boss' is not one",
        ),
        (
            "[rules.x]\ncondition = 'disk'\nseverity = 'warning'\ntitle = 'x'\n"
            "[routes.it]\nwebhook = 'http://192.0.2.1/x'\nkey_file = 'k'\n",
            "write https://",
        ),
        ("rules = [", "alerts.toml"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused_with_what_to_write(
    tmp_path: Path, text: str, says: str
) -> None:
    path = tmp_path / "alerts.toml"
    path.write_text(text)
    with pytest.raises(AlertsFileError, match=r"alerts\.toml") as refused:
        load(path)
    assert says in str(refused.value)
