"""However many kiosks there are and whatever they say, `/metrics` stays as large as it may be."""

import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from devices.status import DeviceState
from queue_server.fleet.model.devices import DeviceReport
from queue_server.fleet.model.heartbeat import Heartbeat, Journey, Presence, Supply
from queue_server.web.metrics.model import bounds
from queue_server.web.metrics.model.exposition import text
from queue_server.web.metrics.model.kiosks import KioskFigures, put_kiosks
from queue_server.web.metrics.model.series import Scrape

SITE, SERVICES = "PRUEBA", ("information", "review")
DOCUMENT = "40100021"
WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+-]{0,49}")
# Of one kiosk at most: itself, journeys, devices × states, parts, supplies.
A_KIOSK = 12 + 1 + 1 + 4 + len(SERVICES) + 1 + 17 * 10 + 17 * 8 + 3 * 16


def figures(name: str, beat: Heartbeat | None, online: bool = True) -> KioskFigures:
    presence = Presence.ONLINE if online else Presence.OFFLINE
    return KioskFigures(name, presence, 3.0, beat, {})


def hostile(number: int) -> Heartbeat:
    """Everything a heartbeat's bounds let through, chosen to grow without end."""
    devices = tuple(
        DeviceReport(
            f'x"{number}\\{index}' if index % 2 else f"{DOCUMENT}-{index}",
            f"kind {number}",
            "m",
            DeviceState.ONLINE,
            {f"part{number}_{part}": f"{DOCUMENT}" for part in range(16)},
            None,
            "",
        )
        for index in range(20)
    )
    return Heartbeat(
        "b",
        1,
        f"{DOCUMENT} of {number}",
        "Welcome",
        devices,
        0,
        supplies=tuple(
            Supply("printer", f"s{DOCUMENT}{number}{each}", "u", 1, 2) for each in range(30)
        ),
        journeys=tuple(Journey(f"turn:{DOCUMENT}{number}{each}", "") for each in range(40)),
    )


def ordinary(devices: int = 8) -> Heartbeat:
    reports = tuple(
        DeviceReport(f"d{each}", "receipt_printer", "m", DeviceState.ONLINE, {}, None, "")
        for each in range(devices)
    )
    ways = (Journey("certificate", ""), Journey("pay:card", "no_device"))
    return Heartbeat("b", 1, "0.1.0", "Welcome", reports, 0, journeys=ways)


def scraped(kiosks: list[KioskFigures]) -> list[dict[str, str]]:
    """The labels of every sample."""
    scrape = Scrape()
    put_kiosks(scrape, SITE, kiosks, SERVICES)
    families = text_string_to_metric_families(text(scrape))
    return [each.labels for family in families for each in family.samples]


def test_what_hostile_kiosks_say_is_folded_into_other() -> None:
    labels = scraped([figures(f"K{number:03d}", hostile(number)) for number in range(20)])
    assert len(labels) <= 2 + 20 * A_KIOSK
    said = {value for each in labels for value in each.values()}
    assert all(WELL_FORMED.fullmatch(each) for each in said)
    assert not [each for each in said if DOCUMENT in each]
    assert {each["device"] for each in labels if "device" in each} == {bounds.OTHER}


def test_five_hundred_kiosks_have_a_label_of_their_own_and_no_more() -> None:
    kiosks = [figures(f"K{number:03d}", ordinary(1)) for number in range(650)]
    own = {each["kiosk"] for each in scraped(kiosks) if "kiosk" in each}
    assert len(own) == bounds.MOST_KIOSKS + 1
    assert bounds.OTHER in own
    assert "K499" in own
    assert "K500" not in own


def test_sixteen_devices_have_a_label_of_their_own_and_no_more() -> None:
    labels = scraped([figures("K001", ordinary(devices=20))])
    assert len({each["device"] for each in labels if "device" in each}) == 17


def test_a_site_does_not_grow_when_the_same_kiosks_say_other_things() -> None:
    first = scraped([figures("K001", hostile(1))])
    second = scraped([figures("K001", hostile(2))])
    assert first == second


@pytest.mark.negative_control
def test_labels_that_are_taken_as_they_come_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "device_labels", lambda names: {each: each for each in names})
    monkeypatch.setattr(bounds, "word", lambda said: said)
    labels = scraped([figures("K001", hostile(1))])
    said = {value for each in labels for value in each.values()}
    assert [each for each in said if DOCUMENT in each]
    assert labels != scraped([figures("K001", hostile(2))])


def test_of_a_silent_kiosk_nothing_is_told_but_that_and_what_it_cannot_do() -> None:
    scrape = Scrape()
    put_kiosks(scrape, SITE, [figures("A01", ordinary(), online=False)], SERVICES)
    assert scrape.values["ventanilla_kiosk_up"] == {(SITE, "A01"): 0}
    assert set(scrape.values["ventanilla_journey_ready"].values()) == {0}
    assert scrape.states == {}
    assert scrape.values["ventanilla_kiosks_serving"] == {(SITE,): 0}


@pytest.mark.parametrize("state", DeviceState)
def test_of_all_states_of_a_device_the_one_it_is_in_is_one(state: DeviceState) -> None:
    printer = DeviceReport("printer", "receipt_printer", "m", state, {}, None, "")
    beat = Heartbeat("b", 1, "0.1.0", "Welcome", (printer,), 0)
    scrape = Scrape()
    put_kiosks(scrape, SITE, [figures("A01", beat)], SERVICES)
    told = {
        each.labels["state"]: each.value
        for family in text_string_to_metric_families(text(scrape))
        for each in family.samples
        if each.name == "ventanilla_device_state"
    }
    assert told == {str(each): float(each is state) for each in DeviceState}


def test_of_devices_that_fall_under_one_label_every_state_is_told() -> None:
    devices = tuple(
        DeviceReport(name, "receipt_printer", "m", state, {}, None, "")
        for name, state in (("a b", DeviceState.ONLINE), ("c d", DeviceState.OFFLINE))
    )
    scrape = Scrape()
    beat = Heartbeat("b", 1, "0.1.0", "Welcome", devices, 0)
    put_kiosks(scrape, SITE, [figures("A01", beat)], SERVICES)
    states = scrape.states["ventanilla_device_state"]
    assert states == {(SITE, "A01", bounds.OTHER, bounds.OTHER): ("online", "offline")}


def test_a_journey_is_ready_where_it_can_be_finished() -> None:
    scrape = Scrape()
    put_kiosks(scrape, SITE, [figures("A01", ordinary())], SERVICES, {"A01"})
    ready = {
        labels[-1]: value for labels, value in scrape.values["ventanilla_journey_ready"].items()
    }
    assert ready == {"certificate": 1, "pay:card": 0}
    assert scrape.values["ventanilla_kiosk_maintained"] == {(SITE, "A01"): 1}
