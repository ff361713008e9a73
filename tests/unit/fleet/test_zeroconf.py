"""What strangers on the LAN may make us store, and what we say of ourselves."""

from pathlib import Path

import pytest
from zeroconf import ServiceInfo

from queue_server.config import Discovery as DiscoverySettings
from queue_server.config import ServerConfig
from queue_server.fleet.adapters.zeroconf import (
    KIOSK_TYPE,
    MAX_PROPERTIES,
    MAX_VALUE,
    ROLES,
    advertisement,
    instance_from,
    printable,
)
from queue_server.fleet.model.discovery import InstanceRole


def heard(properties: dict[bytes, bytes | None]) -> ServiceInfo:
    return ServiceInfo(
        KIOSK_TYPE,
        f"A01.{KIOSK_TYPE}",
        parsed_addresses=["192.0.2.7"],
        port=9,
        server="kiosk-a01.local.",
        properties=properties,
    )


def config(host: str, *interfaces: str) -> ServerConfig:
    return ServerConfig(
        site="PRUEBA",
        host=host,
        port=8080,
        database=Path("unused.db"),
        discovery=DiscoverySettings(interfaces=interfaces),
    )


def test_service_types_fit_the_fifteen_characters_of_rfc_6335() -> None:
    assert all(len(each.split(".")[0].removeprefix("_")) <= 15 for each in ROLES)


def test_an_instance_is_stored_with_what_it_announced() -> None:
    seen = instance_from(heard({b"code": b"A01", b"v": b"0.1.0"}))
    assert (seen.name, seen.role, seen.addresses) == ("A01", InstanceRole.KIOSK, ("192.0.2.7",))
    assert seen.properties == {"code": "A01", "v": "0.1.0"}


def test_a_strangers_values_are_cut_and_cleaned() -> None:
    values: dict[bytes, bytes | None] = {b"k%d" % each: b"v" for each in range(40)}
    values = {b"long": b"x" * 200, b"odd": b"a\x00\x1b[31m\xff", b"none": None, **values}
    seen = instance_from(heard(values))
    assert len(seen.properties) == MAX_PROPERTIES
    assert seen.properties["long"] == "x" * MAX_VALUE
    assert seen.properties["odd"].startswith("a[31m")
    assert seen.properties["none"] == ""
    assert all(value.isprintable() or not value for value in seen.properties.values())


def test_printable_text_has_no_control_characters_and_no_turned_around_writing() -> None:
    assert printable("K\u202e01\n\t", 10) == "K01"


@pytest.mark.parametrize(
    ("host", "interfaces", "expected"),
    [
        ("192.0.2.10", (), ["192.0.2.10"]),
        ("127.0.0.1", ("127.0.0.1",), ["127.0.0.1"]),
        ("0.0.0.0", ("192.0.2.10",), ["192.0.2.10"]),
    ],
)
def test_the_server_gives_the_address_others_reach_it_at(
    host: str, interfaces: tuple[str, ...], expected: list[str]
) -> None:
    info = advertisement(config(host, *interfaces))
    assert info is not None
    assert info.parsed_addresses() == expected
    assert info.decoded_properties == {"site": "PRUEBA", "v": "1", "scheme": "https"}
    assert "PRUEBA" in info.name


def test_a_server_that_answers_on_this_machine_only_is_not_advertised_to_others() -> None:
    assert advertisement(config("127.0.0.1")) is None
