"""Across a real wire: a kiosk finds its server, and avahi and we see each other."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from kiosk.pairing.finder import OnTheLan
from kiosk.trust import FILE
from tests.integration.netns.avahi import Avahi, Found
from tests.integration.netns.lan import Host
from tests.integration.netns.machines import LanKiosk, LanSite
from tests.support.centre import eventually
from tests.support.site import StaffHttp

SOON_S = 20.0
PRINTER = "Impresora de la oficina"


def on_the_lan(it: StaffHttp) -> dict[str, dict[str, Any]]:
    """What the monitor says is there, by its name."""
    found = it.http.get("/api/v1/monitor").json()["discovered"]
    return {each["instance"]: each for each in found}


def listed(it: StaffHttp, name: str, holds: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """Wait until `name` is on the monitor and `holds`; its row."""

    def row() -> dict[str, Any] | None:
        found = on_the_lan(it).get(name)
        return found if found is not None and holds(found) else None

    return eventually(row, SOON_S)


def seen_by(stranger: Avahi, *services: str) -> list[Found]:
    """Wait until `stranger` sees one of each of `services`; these, in that order."""

    def all_of_them() -> list[Found] | None:
        found = {each.service: each for each in stranger.browse()}
        return [found[each] for each in services] if found.keys() >= set(services) else None

    return eventually(all_of_them, SOON_S)


def test_a_kiosk_finds_its_server_across_the_wire_and_is_let_in_by_the_code_it_shows(
    site: LanSite, kiosk: LanKiosk, it: StaffHttp
) -> None:
    assert json.loads((kiosk.folder / FILE).read_text())["url"] == site.url
    heard = eventually(lambda: it.http.get("/api/v1/monitor").json()["kiosks"], SOON_S)
    assert [each["name"] for each in heard] == [kiosk.code]
    row = listed(it, kiosk.code, lambda row: row["tie"] == "paired")
    assert (row["addresses"], row["gone_at"]) == ([kiosk.host.address], None)


def test_avahi_sees_our_server_and_our_kiosk_with_address_and_words(
    office: Host, site: LanSite, kiosk: LanKiosk, stranger: Avahi
) -> None:
    server, advert = seen_by(stranger, "_ventanilla._tcp", "_vent-kiosk._tcp")
    assert (server.address, server.port) == (office.address, site.port)
    assert server.host == "ventanilla-prueba.local"
    assert {'"scheme=https"', '"site=PRUEBA"', '"v=1"'} == set(server.txt.split())
    assert (advert.name, advert.address, advert.port) == (kiosk.code, kiosk.host.address, 9)
    assert f'"code={kiosk.code}"' in advert.txt


def test_a_printer_that_avahi_offers_is_on_the_monitor_as_not_ours_and_goes_with_its_goodbye(
    stranger: Avahi, it: StaffHttp
) -> None:
    with stranger.published(PRINTER, "_ipp._tcp", 631, "ty=Modelo", "note=2.º piso"):
        row = listed(it, PRINTER, lambda _: True)
        assert (row["role"], row["tie"], row["services"]) == ("printer", "not_ours", ["_ipp._tcp"])
        assert (row["addresses"][0], row["port"]) == (stranger.host.address, 631)
        assert row["properties"] == {"ty": "Modelo", "note": "2.º piso"}
        assert row["gone_at"] is None
    listed(it, PRINTER, lambda row: row["gone_at"])


@pytest.mark.negative_control
def test_what_is_offered_as_something_else_is_none_of_our_business(
    stranger: Avahi, it: StaffHttp
) -> None:
    with (
        stranger.published("Una página", "_http._tcp", 80),
        stranger.published("Otra impresora", "_printer._tcp", 515),
    ):
        seen_by(stranger, "_http._tcp")
        listed(it, "Otra impresora", lambda _: True)
        assert "Una página" not in on_the_lan(it)


@pytest.mark.negative_control
def test_a_server_that_announces_nothing_is_not_found(
    site: LanSite, office: Host, hall: Host, tmp_path: Path
) -> None:
    silent = LanSite(tmp_path / "silent", office, announced=False)
    try:
        silent.start("web")
        silent.wait_ready()
        with hall.entered(), OnTheLan(()) as finder:
            answer = httpx.get(f"{silent.url}/api/v1/health", verify=silent.verify, trust_env=False)
            assert answer.is_success, "the wire leads there"
            eventually(lambda: site.url in finder.urls(), SOON_S)
            assert silent.url not in finder.urls()
    finally:
        silent.remove()
