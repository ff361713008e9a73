"""Real pixels, drawn offscreen in processes of their own: a tour of the screens, and another."""

import json
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import segno
from PIL import Image, ImageChops

import kiosk
from kiosk.theme import DAY

TOUR = Path(__file__).with_name("tour.py")
SECONDS = 240
AT_REST = [
    "welcome",
    "out_of_service",
    "choose_service",
    "ticket_ready-printed",
    "terms",
    "cannot_apply",
    "cannot_apply-in_force",
    "give_number",
    "email_corrected",
    "confirm_name",
    "give_email",
    "ready_to_pay",
    "ready_to_pay-declined",
    "payment_unknown",
    "in_review",
    "paid_but_refused",
    "certificate_ready",
]
MOVING = [
    "read_document",
    "read_document-again",
    "taking_turn",
    "ticket_ready-printing",
    "sending_again",
    "paying_by_card",
    "working",
]
# What the second tour passes; in `make shots` it passes all of them.
AGAIN = {
    "welcome",
    "choose_service",
    "ticket_ready-printed",
    "give_email",
    "certificate_ready",
    "read_document",
    "working",
}
LINK = "https://certificados.example.pe/d/4Zk1vQ8sXo2LrT9wYb7NcE5hJm3KpUaDfGi6RtSxWqA"


@dataclass(frozen=True)
class Tour:
    """What one run left: its measurements and its pictures."""

    report: dict[str, Any]
    folder: Path

    def picture(self, name: str) -> Image.Image:
        return _read(self.folder / f"{name}.png")


@cache
def _read(path: Path) -> Image.Image:
    return Image.open(path).convert("RGB")


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Tour:
    """The whole tour, in a process of its own."""
    return _run(tmp_path_factory.mktemp("tour"))


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> Tour:
    """Another run, in a process of its own, through the screens of `AGAIN`."""
    return _run(tmp_path_factory.mktemp("again"), *AGAIN)


@pytest.fixture(scope="module")
def all_again(tmp_path_factory: pytest.TempPathFactory) -> Tour:
    """Another run through every screen."""
    return _run(tmp_path_factory.mktemp("all_again"))


def _run(folder: Path, *only: str) -> Tour:
    done = subprocess.run(
        [sys.executable, str(TOUR), str(folder), *only],
        cwd=Path(kiosk.__file__).parents[1],
        env={"PYTHONPATH": str(Path(kiosk.__file__).parents[1]), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"the tour failed:\n{done.stdout}\n{done.stderr}"
    return Tour(json.loads((folder / "tour.json").read_text()), folder)


def differing_share(one: Image.Image, other: Image.Image) -> float:
    """The share of pixels that differ by more than a shade, 0 to 1."""
    grey = ImageChops.difference(one, other).convert("L")
    return sum(grey.histogram()[25:]) / (grey.width * grey.height)


@pytest.mark.parametrize("name", AT_REST + MOVING)
def test_every_screen_is_drawn_in_the_institutions_colours(tour: Tour, name: str) -> None:
    picture = tour.picture(name)
    assert picture.size == (1080, 1920)
    band = tuple(round(255 * part) for part in DAY.header[:3])
    assert picture.getpixel((4, 4)) == band
    bar = tuple(round(255 * part) for part in DAY.tint[:3])
    assert picture.getpixel((4, 1915)) == bar
    blank = Image.new("RGB", picture.size, "white")
    blank.paste(band, (0, 0, 1080, 180))
    assert differing_share(picture, blank) > 0.01


def test_no_two_screens_look_the_same(tour: Tour) -> None:
    small = {name: tour.picture(name).reduce(2) for name in AT_REST + MOVING}
    names = list(small)
    for index, one in enumerate(names):
        for other in names[:index]:
            share = differing_share(small[one], small[other])
            assert share > 0.004, (one, other)


def alike(one: Tour, other: Tour, name: str) -> bool:
    """Whether a screen was drawn the same in two runs, but for what moves on it."""
    allowed = 0.05 if name in MOVING else 0.0005
    return differing_share(one.picture(name), other.picture(name)) < allowed


def test_two_runs_differ_only_by_what_moves(tour: Tour, again: Tour) -> None:
    assert [name for name in sorted(AGAIN) if not alike(tour, again, name)] == []


@pytest.mark.thorough
def test_two_whole_runs_differ_only_by_what_moves(tour: Tour, all_again: Tour) -> None:
    names = AT_REST + MOVING
    assert [name for name in names if not alike(tour, all_again, name)] == []


@pytest.mark.negative_control
def test_a_missing_button_is_noticed_by_the_comparison(tour: Tour) -> None:
    whole = tour.picture("welcome")
    broken = whole.copy()
    broken.paste("white", (60, 820, 1020, 1050))
    assert differing_share(whole, broken) > 0.05


def dark_modules(picture: Image.Image, code: list[float]) -> list[list[bool]]:
    """What a camera sees at the middle of every module; `code` is x, y, side and modules."""
    x, y, side, count = code
    each, top = side / count, picture.height - y - side
    middles = [(index + 0.5) * each for index in range(int(count))]
    grey = picture.convert("L")
    return [
        [grey.getpixel((round(x + column), round(top + row))) < 128 for column in middles]  # pyright: ignore[reportOperatorIssue]
        for row in middles
    ]


def test_the_code_as_drawn_is_the_link(tour: Tour) -> None:
    seen = dark_modules(tour.picture("certificate_ready"), tour.report["code"])
    drawn = segno.make(LINK, error="m", micro=False).matrix_iter(border=4)
    assert seen == [[bool(module) for module in row] for row in drawn]


@pytest.mark.negative_control
def test_a_blot_on_the_code_is_noticed(tour: Tour) -> None:
    x, y, side, _count = tour.report["code"]
    blotted = tour.picture("certificate_ready").copy()
    middle, top = round(x + side / 2), round(blotted.height - y - side / 2)
    blotted.paste("white", (middle - 20, top - 20, middle + 20, top + 20))
    seen = dark_modules(blotted, tour.report["code"])
    drawn = segno.make(LINK, error="m", micro=False).matrix_iter(border=4)
    assert seen != [[bool(module) for module in row] for row in drawn]


def test_the_first_frame_is_announced(tour: Tour, again: Tour) -> None:
    """How soon: `make bench-kiosk`."""
    assert all(each.report["first_frame_s"] > 0 for each in (tour, again))


def test_nothing_is_drawn_while_nobody_is_there(tour: Tour) -> None:
    assert tour.report["frames_drawn_at_rest"] == 0


def test_the_controls_are_where_the_screens_say(tour: Tour) -> None:
    screens = tour.report["screens"]
    assert screens["welcome"] == [
        "welcome",
        "start",
        "start_preferential",
        "already_applied",
        "guide",
        *(f"speak:{each}" for each in ("es", "en", "qu", "ay")),
    ]
    assert screens["choose_service"] == [
        "choose_service",
        "service:certificate",
        "service:information",
        "already_applied",
        "back",
        "cancel",
    ]
    assert screens["taking_turn"] == ["taking_turn"]
    assert screens["give_email"][-4:] == ["continue", "no_email", "back", "cancel"]
    assert {"key:a", "key:@", "key:@gmail.com", "key:backspace"} <= set(screens["give_email"])
    assert screens["certificate_ready"] == ["certificate_ready", "correct_email", "finish"]
    assert tour.report["events"] == ["Start"]
