"""A picture that somebody asks for from outside shows what people see, not a screen half made."""

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

UNFITTED = [100, 100]
"""What Kivy gives a widget until its row lays it out."""


def size_in_the_picture(bench: Any, folder: Path, patch: pytest.MonkeyPatch) -> list[int]:
    """The size, when the picture is drawn, of what came to the screen in that very frame."""
    from kivy.clock import Clock
    from kivy.uix.boxlayout import BoxLayout
    from kivy.uix.widget import Widget

    row = next(each for each in bench.app.page.walk() if isinstance(each, BoxLayout))
    seen: list[list[int]] = []
    patch.setattr(
        "kiosk.touch.Touch.screenshot", lambda *_: seen.append(list(row.children[0].size))
    )
    ever_more = Clock.schedule_interval(lambda _dt: row.add_widget(Widget()), 0)
    asked(bench, folder).result()
    ever_more.cancel()
    return seen[0]


def asked(bench: Any, folder: Path) -> Future[Any]:
    """A picture asked for by another thread, once it is answered."""
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(bench.touch.ask, "screenshot", str(folder / "it.png"))
        while not answer.done():
            bench.frames(1)
    return answer


def test_what_came_in_the_same_frame_is_laid_out(
    bench: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert size_in_the_picture(bench, tmp_path, monkeypatch) != UNFITTED


@pytest.mark.negative_control
def test_a_picture_taken_in_the_middle_of_a_frame_is_caught(
    bench: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.touch._once_drawn", lambda act: act())
    assert size_in_the_picture(bench, tmp_path, monkeypatch) == UNFITTED


def test_a_picture_that_cannot_be_written_says_so_and_the_kiosk_goes_on(
    bench: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("kiosk.touch.Touch.screenshot", full)
    with pytest.raises(OSError, match="no space"):
        asked(bench, tmp_path).result()
    assert bench.touch.screen() == "welcome"
