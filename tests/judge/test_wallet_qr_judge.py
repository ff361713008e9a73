"""A decoder of another make (zxing-cpp) reads the codes we draw for a wallet."""

import importlib
from types import ModuleType

import pytest

from devices.wallet_qr.rendering import QUIET_ZONE, modules
from tests.support.loud import skip_loudly

PIXELS = 4
VECTOR = (
    "00020101021226280010pe.example01100123456789520493995303604540537.70"
    "5802PE5911INPE PRUEBA6004Lima62140510K07-0001236304A519"
)
LONGEST = ("0" * 400 + VECTOR)[-512:]
BEYOND_ASCII = VECTOR.replace("INPE PRUEBA", "INPE Ñaña €")


@pytest.fixture(scope="module")
def decoder() -> ModuleType:
    try:
        return importlib.import_module("zxingcpp")
    except ImportError:
        skip_loudly("zxing-cpp is not installed, so no other decoder reads our wallet codes")


def read_back(decoder: ModuleType, rows: tuple[tuple[bool, ...], ...]) -> list[str]:
    numpy = importlib.import_module("numpy")
    dark = numpy.pad(numpy.array(rows), QUIET_ZONE)
    picture = numpy.where(dark, 0, 255).astype("uint8").repeat(PIXELS, 0).repeat(PIXELS, 1)
    return [found.text for found in decoder.read_barcodes(picture)]


@pytest.mark.parametrize("payload", [VECTOR, LONGEST, BEYOND_ASCII])
def test_what_is_drawn_is_what_a_wallet_reads(decoder: ModuleType, payload: str) -> None:
    assert read_back(decoder, modules(payload)) == [payload]


@pytest.mark.negative_control
def test_a_code_drawn_light_on_light_or_cut_is_not_read(decoder: ModuleType) -> None:
    rows = modules(VECTOR)
    assert read_back(decoder, tuple((False,) * len(row) for row in rows)) == []
    assert read_back(decoder, rows[: len(rows) // 2]) == []
