"""The two copies of the paper, and the capacity that a kiosk's configuration gives a box."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from devices.kinds.receipt_printer import Text
from kiosk.box_slips import box_slip
from kiosk.cash.boxes import Box, CoinsOut, Contents, Sort, given, taken
from kiosk.config import ConfigError, load_config
from kiosk.slips import COLUMNS
from tests.unit.cash_boxes.ledger import order

AT = "2026-11-22T15:30:00+00:00"
BOX = Box(UUID(int=1), 7, "bill-1", "bills", Sort.ACCEPTOR, 0, 0, 9, None, "", AT, AT)
HOPPER = replace(
    BOX, number=8, serial="hopper-1", sort=Sort.HOPPER, coin_centimos=100, start_coins=50
)
LOST = replace(BOX, number=9, serial="coin-1", lost="two were overwritten")
OUT: list[tuple[Box, Contents]] = [
    (BOX, taken([2000, 2000, 1000])),
    (HOPPER, given(100, 50, [CoinsOut(3, 3), CoinsOut(2, None)])),
    (LOST, taken([])),
]


def lines(copy: int) -> list[str]:
    job = box_slip("job", "C01", replace(order(), closed_at=AT), OUT, copy)
    texts = [each for each in job.blocks if isinstance(each, Text)]
    assert all(len(each.text) * each.width <= COLUMNS for each in texts)
    return [" ".join(each.text.split()) for each in texts]


def test_the_archives_copy_says_what_should_be_in_each_box() -> None:
    said = lines(2)
    assert "S/ 20.00 x 2 S/ 40.00" in said
    assert "Total (3 piezas) S/ 50.00" in said
    assert "Entregadas 3" in said
    assert "Dudosas 2" in said
    assert "Debe haber 47 S/ 47.00" in said
    assert "OJO: el equipo perdió la cuenta." in said
    assert "Cierre 22/11/2026 10:30" in said, "in the site's own time"
    assert {"Lo pidió rosa", "Lo confirmó beatriz"} <= set(said)


def test_the_copy_that_goes_with_the_money_leaves_room_and_gives_no_figure_away() -> None:
    said = lines(1)
    assert "S/ 20.00 x ______" in said
    assert not [each for each in said if "40.00" in each or "47" in each or "piezas" in each]
    assert said.count("Encontradas ______") == 1


def test_a_boxs_capacity_is_configured_beside_its_device(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.toml"
    server = '[server]\nurl = "http://127.0.0.1:1"\ncredential_file = "c"\n'
    device = '[[devices]]\nname = "bills"\nmodel = "cctalk-bill"\nport = "/dev/x"\ncapacity = '
    path.write_text(f'code = "C01"\n{server}{device}400\n')
    assert load_config(path).devices[0].capacity == 400
    path.write_text(f'code = "C01"\n{server}{device}0\n')
    with pytest.raises(ConfigError, match="capacity"):
        load_config(path)
