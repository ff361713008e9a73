"""The process that draws: real SVG, bounded in time, number and size."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest

from queue_server.core.problem import Problem
from queue_server.reports.adapters import draughtsman
from queue_server.reports.adapters.draughtsman import Draughtsman, Drawings
from queue_server.reports.model.figures import Tally
from queue_server.reports.model.pictures import PICTURES, pictures
from queue_server.reports.model.sheets import Names
from queue_server.reports.plots import Curve, standing
from tests.unit.reports.test_figures import FACTS, PAST

SVG = "{http://www.w3.org/2000/svg}"
# Stands in for the drawing program: says how often it was started.
COUNTS = "import sys,json,pathlib; p=pathlib.Path(sys.argv[1]); p.write_text(p.read_text()+'x');"
ECHO = COUNTS + "print(json.dumps({n: n for n in json.load(sys.stdin)}))"


def drawings(facts: list[Any]) -> Drawings:
    tally = Tally(PAST)
    tally.take(facts)
    made = pictures(tally.figures(), [("2026-02", 0), ("2026-03", 4)], Names())
    return {name: picture.drawing for name, picture in made.items()}


def asks(drawn: Drawings) -> Callable[[], Any]:
    async def answer() -> Drawings:
        return drawn

    return answer


@pytest.mark.parametrize("facts", [FACTS, []], ids=["some", "none"])
def test_every_plot_is_svg_with_its_words_as_text(facts: list[Any]) -> None:
    plots = asyncio.run(Draughtsman().drawn("key", asks(drawings(facts))))
    assert tuple(plots) == PICTURES
    for name, svg in plots.items():
        root = ElementTree.fromstring(svg)
        assert root.tag == f"{SVG}svg", name
        said = {"".join(each.itertext()) for each in root.iter(f"{SVG}text")}
        assert said & {"10:00", "Sin datos en estos días", "certificate", "feb"}, (name, said)
        assert b"<script" not in svg


def test_one_report_is_drawn_once_for_all_who_ask(tmp_path: Any) -> None:
    started = tmp_path / "started"
    started.write_text("")
    draws = Draughtsman((sys.executable, "-c", ECHO, str(started)))

    async def many() -> None:
        same = (draws.drawn("a", asks({"x": {}})) for _ in range(6))
        assert {each["x"] for each in await asyncio.gather(*same)} == {b"x"}
        await draws.drawn("b", asks({"y": {}}))
        await draws.drawn("a", asks({"x": {}}))

    asyncio.run(many())
    assert started.read_text() == "xx"


@pytest.mark.parametrize(
    ("program", "asked"),
    [
        ("import time; time.sleep(60)", {"x": {}}),
        ("raise SystemExit(3)", {"x": {}}),
        ("raise SystemExit(3)", {"x": {"words": "x" * draughtsman.MOST_INPUT}}),
    ],
    ids=["too slow", "broken", "too much"],
)
def test_what_cannot_be_drawn_is_a_problem_in_words(program: str, asked: Drawings) -> None:
    draws = Draughtsman((sys.executable, "-c", program), deadline_s=0.3)
    with pytest.raises(Problem) as refused:
        asyncio.run(draws.drawn("key", asks(asked)))
    assert (refused.value.status, refused.value.kind) == (503, "not_drawn")


def test_only_the_newest_reports_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    draws = Draughtsman()

    async def drawn(_: Drawings) -> dict[str, bytes]:
        return {"x": b""}

    monkeypatch.setattr(draws, "_draw", drawn)

    async def many() -> None:
        for key in range(draughtsman.REPORTS_KEPT + 5):
            await draws.drawn(key, asks({}))

    asyncio.run(many())
    assert len(draws._kept) == draughtsman.REPORTS_KEPT


@pytest.mark.parametrize(("form", "begins"), [("svg", b"<?xml"), ("png", b"\x89PNG")])
def test_people_standing_over_the_day_are_drawn_as_two_curves(form: Any, begins: bytes) -> None:
    curves = [
        Curve("Sin turnos", [(8, 0), (9, 12), (17, 0)]),
        Curve("Con turnos", [(8, 0), (9, 3)]),
    ]
    picture = standing(curves, form, marks={"Asientos": 6})
    assert picture.startswith(begins)
    if form == "svg":
        assert b"Con turnos" in picture
        assert b"Asientos" in picture


LOADED = "import sys, {module}; print('matplotlib' in sys.modules)"


@pytest.mark.parametrize(
    ("module", "loads"),
    [
        ("queue_server.web.reports_page", False),
        pytest.param("queue_server.reports.plots", True, marks=pytest.mark.negative_control),
    ],
)
def test_no_server_process_loads_the_drawing_library(module: str, loads: bool) -> None:
    words = [sys.executable, "-c", LOADED.format(module=module)]
    answer = subprocess.run(words, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == str(loads)
