"""Small files of a kiosk: whole or not at all, with their past."""

from pathlib import Path

import pytest

from kiosk.config import KioskConfig
from kiosk.staff.closure import ClosureBook
from kiosk.staff.kept import MOST_VERSIONS, KeptFile
from kiosk.staff.ports import PortBook
from kiosk.staff.touch_correction import TouchCorrection


def test_the_last_value_counts_and_the_one_before_can_be_had_back(tmp_path: Path) -> None:
    file = KeptFile(tmp_path / "x.json")
    assert file.read() is None
    for value in range(MOST_VERSIONS + 5):
        file.keep(value)
    assert KeptFile(file.path).read() == MOST_VERSIONS + 4
    assert file.back() == MOST_VERSIONS + 3


@pytest.mark.parametrize("damage", ["", "{", '{"a": 1}', "\0\0\0"])
def test_a_damaged_file_counts_as_absent(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(damage)
    assert KeptFile(path).read() is None
    assert ClosureBook(KeptFile(path)).closure is None
    assert TouchCorrection(KeptFile(path)).matrix == (1, 0, 0, 0, 1, 0)


def test_a_write_that_dies_half_way_leaves_the_old_value(tmp_path: Path) -> None:
    file = KeptFile(tmp_path / "x.json")
    file.keep("old")
    file.path.with_suffix(".new").write_text("[half")
    assert KeptFile(file.path).read() == "old"


@pytest.mark.negative_control
def test_a_file_written_in_place_is_caught(tmp_path: Path) -> None:
    """The broken variant writes over the old value; half a write loses both."""
    file = KeptFile(tmp_path / "x.json")
    file.keep("old")
    file.path.write_text('["old", "ne')
    with pytest.raises(AssertionError):
        assert KeptFile(file.path).read() == "old"


def test_a_device_is_looked_for_where_staff_found_it(tmp_path: Path) -> None:
    config = KioskConfig.model_validate(
        {
            "code": "A01",
            "server": {"url": "http://127.0.0.1:1", "credential_file": "c"},
            "devices": [
                {"name": "reader", "model": "serial-mrz", "port": "/dev/ttyUSB0"},
                {"name": "printer", "model": "escpos", "port": "/dev/ttyUSB1"},
            ],
        }
    )
    book = PortBook(KeptFile(tmp_path / "ports.json"))
    assert book.placed(config) == config
    book.keep("reader", "usb:0403:6001:A1")
    assert [each.port for each in book.placed(config).devices] == [
        "usb:0403:6001:A1",
        "/dev/ttyUSB1",
    ]
