"""The registry: nothing imported early, and wrong words answered with the nearest right one."""

import math
import subprocess
import sys

import pytest

from devices.command_line.books import NoCredits, NoPayouts
from devices.errors import BookMissing, InvalidOption, UnknownModel, UnknownOption
from devices.registry import MODELS, DeviceConfig, build, load_model
from devices.supervisor import Event
from tests.support.site import REPOSITORY


def publish(_event: Event) -> None:
    return None


def modules_after(code: str) -> set[str]:
    script = f"{code}\nimport sys; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=30
    )
    return set(run.stdout.split())


def test_no_driver_is_imported_until_one_is_configured() -> None:
    loaded = modules_after("import devices.registry")
    assert not {name for name in loaded if name.startswith(tuple(MODELS.values()))}
    assert "escpos" not in loaded


def test_the_pure_modules_need_no_third_party_package() -> None:
    loaded = modules_after(
        "import devices.status, devices.documents.mrz, devices.documents.dni\n"
        "import devices.documents.document_types, devices.kinds.document_reader\n"
        "import devices.kinds.receipt_printer, devices.escpos.protocol\n"
        "import devices.serial_mrz.protocol"
    )
    assert not loaded & {"serial", "structlog", "escpos", "stdnum", "socket", "devices.link"}


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_model_describes_itself(name: str) -> None:
    model = load_model(name)
    kinds = {path.stem for path in (REPOSITORY / "devices" / "kinds").glob("*.py")}
    assert model.kind in kinds
    made = build(
        DeviceConfig("front", name, "/dev/none"),
        publish,
        credit_book=NoCredits(),
        payout_book=NoPayouts(),
    )
    assert made.kind == model.kind


@pytest.mark.parametrize(
    ("model", "book"), [("cctalk-coin", "credit book"), ("cctalk-hopper", "payout book")]
)
def test_nothing_that_moves_money_is_built_without_its_book(model: str, book: str) -> None:
    with pytest.raises(BookMissing, match=book):
        build(DeviceConfig("cash", model, "/dev/none"), publish)


def test_an_unknown_model_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownModel, match="did you mean 'escpos'"):
        build(DeviceConfig("front", "escpoz", "/dev/none"), publish)


def test_an_unknown_option_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownOption, match="did you mean 'profile'") as caught:
        build(DeviceConfig("front", "escpos", "/dev/none", {"profil": "default"}), publish)
    assert "front" in str(caught.value)


@pytest.mark.parametrize(
    "options",
    [{"baud": "9600"}, {"parity": "X"}, {"reply_timeout_s": True}, {"profile": "simple"}],
)
def test_an_option_of_the_wrong_kind_is_refused(options: dict[str, str | int | bool]) -> None:
    with pytest.raises(InvalidOption, match=next(iter(options))):
        build(DeviceConfig("front", "escpos", "/dev/none", options), publish)


@pytest.mark.parametrize(
    ("model", "option", "value"),
    [
        *[
            ("escpos", "poll_interval_s", bad)
            for bad in (math.nan, math.inf, -1.0, 0.0, 61, 10**30)
        ],
        ("nexo", "settle_s", -0.5),
        ("nexo", "settle_s", math.nan),
        ("escpos", "baud", 0),
        ("cctalk-bill", "address", 400),
        ("cctalk-coin", "address", 0),
        ("cctalk-hopper", "address", 1),
        ("cctalk-bill", "bill_types", 17),
        ("cctalk-bill", "bill_types", -1),
        ("cctalk-hopper", "coin_centimos", 0),
        ("id003", "country", 256),
    ],
)
def test_a_number_outside_its_range_is_refused_with_the_range(
    model: str, option: str, value: float
) -> None:
    books = {"credit_book": NoCredits(), "payout_book": NoPayouts()}
    with pytest.raises(InvalidOption, match=rf"{option}.* from [0-9.]+ to [0-9.e+]+"):
        build(DeviceConfig("front", model, "/dev/none", {option: value}), publish, **books)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_default_is_within_its_range(name: str) -> None:
    model = load_model(name)
    config = DeviceConfig("front", name, "/dev/none", {**model.link_options, **model.options})
    build(config, publish, credit_book=NoCredits(), payout_book=NoPayouts())
