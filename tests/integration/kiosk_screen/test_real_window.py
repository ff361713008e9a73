"""The real kiosk in its real window on a real X server; a person's touches and keys come through X.

Touch reaches the program as a mouse, as on a kiosk. What is on the glass is read from the server's
frame buffer, not from the program.
"""

import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.theme import DAY
from tests.integration.kiosk_screen.real_window import Escaped, Window, real_window, said_by, same
from tests.integration.kiosk_screen.x_server import SIZE
from tests.support.kiosk import JUAN
from tests.support.site import Site, running_site

OUT = (
    ("Escape", "ctrl+w", "ctrl+q", "ctrl+c", "ctrl+z", "alt+F4", "alt+space"),
    ("F1", "F2", "F5", "F10", "F11", "F12", "shift+F1", "ctrl+F1"),
    ("super", "super+d", "alt+Tab", "alt+shift+Tab", "ctrl+Escape", "alt+Return", "Menu"),
    ("ctrl+alt+Delete", "ctrl+alt+BackSpace", "ctrl+alt+F2", "ctrl+alt+t", "Print", "alt+Print"),
    ("ctrl+e", "ctrl+shift+i", "ctrl+shift+Escape", "ctrl+v", "Insert", "Pause", "Sys_Req"),
)
"""What people press to get out, in the order in which one does not undo the other."""

NAMED = ("Escape", "Tab", "Delete", "Insert", "Home", "End", "Print", "Menu", "Pause", "BackSpace")
HELD = ("", "ctrl+", "alt+", "ctrl+alt+", "super+", "shift+", "ctrl+shift+")
MASHES = int(os.environ.get("MASHES", "400"))
LOOKS_EVERY = 20
GRID = [(x, y) for x in (90, 540, 990) for y in (60, 960, 1240, 1560, 1860)]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("window")


@pytest.fixture(scope="module")
def running(folder: Path, site: Site) -> Iterator[Window]:
    with real_window(folder, site) as window:
        yield window


@pytest.fixture
def window(running: Window) -> Window:
    """The kiosk as it waits for the next person."""
    running.leave()
    return running


def test_a_turn_is_taken_by_touching_the_glass(window: Window, folder: Path) -> None:
    window.touch("start")
    window.wait_for("read_document")
    window.hardware.reader.obey("present " + "|".join(JUAN))
    window.wait_for("choose_service")
    window.touch("service:conduct")
    window.wait_for("ticket_ready")
    until(lambda: list((folder / "kiosk" / "paper").glob("*.txt")), "no paper")
    window.touch("finish")
    window.wait_for("welcome")


def test_the_whole_glass_is_the_kiosk_and_no_pointer_is_on_it(window: Window) -> None:
    window.must_stand("at the beginning")
    glass = window.at_rest()
    assert glass.size == SIZE
    assert glass.getpixel((4, 4)) == tuple(round(255 * part) for part in DAY.header[:3])
    window.display.do("mousemove", "540", "700")
    assert same(glass, window.at_rest())


def test_keys_reach_the_kiosk_and_none_leads_out(window: Window) -> None:
    glass = window.at_rest()
    window.display.press("Down")
    until(lambda: not same(glass, window.display.picture()), "the keyboard says nothing to it")
    window.touch_nothing()
    until(lambda: same(glass, window.display.picture()), "a ring that stays")
    assert [what for keys in OUT if (what := window.changed_by(keys, glass))] == []


def test_a_request_to_close_the_window_is_refused(window: Window) -> None:
    glass = window.at_rest()
    for _ in range(3):
        window.display.ask_to_close(window.id)
    window.frames_pass()
    window.must_stand("asked to close")
    assert same(glass, window.at_rest())


def test_many_fingers_at_once_lead_nowhere_but_through_the_screens(window: Window) -> None:
    for x, y in GRID:
        window.display.tap(x, y, times=6)
    for button in (2, 3, 4, 5, 8, 9):
        window.display.tap(540, 960, button=button, times=3)
    window.frames_pass()
    window.must_stand("mashed")
    window.leave()


def test_nothing_of_all_this_was_an_error(window: Window, folder: Path) -> None:
    """The last of the quick ones: what the others did to it stands in its log."""
    assert "Traceback" not in said_by(folder)


@pytest.mark.negative_control
def test_a_kiosk_that_leaves_kivys_keys_on_is_caught(site: Site, tmp_path: Path) -> None:
    """The broken variant: F1 opens Kivy's settings over the kiosk, Escape ends it."""
    with real_window(tmp_path, site, loose=True) as window:
        glass = window.at_rest()
        assert window.changed_by(["F1"], glass) == "F1: the screen is another"
        assert window.changed_by(["F1"], glass) is None, "a second time closes the settings"
        assert window.changed_by(["Escape"], glass) is not None
        until(lambda: window.program.poll() is not None, "Escape does not end it")


@pytest.mark.thorough
@pytest.mark.negative_control
def test_a_window_that_closes_when_asked_is_caught(site: Site, tmp_path: Path) -> None:
    with real_window(tmp_path, site, loose=True) as window:
        window.display.ask_to_close(window.id)
        until(lambda: window.program.poll() is not None, "it stayed")
        with pytest.raises(Escaped, match="ended"):
            window.must_stand("asked to close")


@pytest.mark.thorough
@pytest.mark.timeout(900)
def test_every_key_with_everything_held_leads_nowhere(window: Window) -> None:
    glass = window.at_rest()
    names = [
        *NAMED,
        *(f"F{number}" for number in range(1, 13)),
        *"abcdefghijklmnopqrstuvwxyz0123456789",
    ]
    for held in HELD:
        keys = [held + each for each in names if each != "Tab" or held not in ("", "shift+")]
        for begins in range(0, len(keys), 8):
            assert window.changed_by(keys[begins : begins + 8], glass) is None


@pytest.mark.thorough
@pytest.mark.timeout(1800)
def test_whatever_is_mashed_the_kiosk_stands(window: Window, folder: Path) -> None:
    seed = int(os.environ.get("MASH_SEED", "") or int.from_bytes(os.urandom(4), "big"))
    print(f"mash: {MASHES} acts; MASH_SEED={seed} repeats them")
    chance = random.Random(seed)
    names = [*NAMED, "Up", "Down", "Left", "Right", "Return", "space"]
    names += [f"F{number}" for number in range(1, 13)]
    for done in range(MASHES):
        match chance.randrange(4):
            case 0:
                window.display.press(
                    *(chance.choice(HELD) + chance.choice(names) for _ in range(5))
                )
            case 1:
                window.display.ask_to_close(window.id)
            case _:
                x, y = chance.randrange(SIZE[0]), chance.randrange(SIZE[1])
                button = chance.choice((1, 1, 1, 1, 2, 3, 4, 5))
                window.display.tap(x, y, button=button, times=chance.choice((1, 1, 2, 9)))
        if done % LOOKS_EVERY == 0:
            window.must_stand(f"act {done} of seed {seed}")
            assert window.screen()
    assert "Traceback" not in said_by(folder)


def until(done: Callable[[], object], what: str) -> None:
    """Wait until `done`. Raises AssertionError."""
    ends = time.monotonic() + 30
    while not done():
        assert time.monotonic() < ends, what
        time.sleep(0.02)
