"""Draws the plots of a report, in a process of its own: `python -m queue_server.reports.plots`.

JSON on stdin, `{name: drawing}`; JSON on stdout, `{name: svg}`. It is started
for one report and ends: no server process ever loads the drawing library.

The look: the house's navy and burgundy, which differ in lightness and in shape or dash too, so
that a page printed in black and white says the same.
"""

import io
import json
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

NAVY, BURGUNDY, PALE = "#173764", "#97203d", "#c9d5e8"
INK, SOFT, RULE = "#101a2b", "#4a5770", "#d3dbe7"
TYPE = ("Inter", "Source Sans 3", "Segoe UI", "Noto Sans", "Liberation Sans", "DejaVu Sans")
WIDE, HIGH = 6.6, 3.0  # inches of 72 points
MOST_INPUT = 1_000_000
_HIGHEST_ROWS = 12
_STYLE: dict[Any, Any] = {
    "font.family": [*TYPE, "sans-serif"],
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": SOFT,
    "axes.edgecolor": SOFT,
    "axes.linewidth": 0.8,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "svg.fonttype": "none",  # text stays text: small, sharp, in the page's own typeface
    "svg.hashsalt": "ventanilla",  # the same figures give the same bytes
}
_NOTHING = "Sin datos en estos días"


@dataclass(frozen=True)
class Curve:
    """A step curve: from each hour of the day (a fraction too) on, so many people."""

    label: str
    points: Sequence[tuple[float, float]]


def standing(
    curves: Sequence[Curve],
    form: Literal["svg", "png"] = "svg",
    axis: str = "Personas de pie",
    marks: Mapping[str, float] | None = None,
) -> bytes:
    """A picture of people over the hours of a day: the first curve filled, the others as lines.

    `marks`: words at a level of people, drawn as a dotted rule (a capacity, a promise).
    """
    with mpl.rc_context(_STYLE):
        figure, axes = _canvas(axis)
        _draw_curves(axes, curves)
        for words, level in (marks or {}).items():
            axes.axhline(level, color=INK, linewidth=1, linestyle=(0, (1, 2)))
            axes.annotate(words, (1, level), xycoords=("axes fraction", "data"), ha="right",
                          va="bottom", color=INK, fontsize=9)  # fmt: skip
        return _written(figure, form)


def draw(drawing: Mapping[str, Any]) -> bytes:
    """One plot of a report as SVG. `drawing` is that of `model.pictures.Picture`."""
    with mpl.rc_context(_STYLE):
        figure, axes = _canvas(str(drawing["axis"]))
        shown = _KINDS[drawing["kind"]](axes, drawing)
        if not shown:
            _say_nothing(axes)
        return _written(figure, "svg")


# --- kinds of plots -------------------------------------------------------------------------------
def _bars(axes: Axes, drawing: Mapping[str, Any]) -> bool:
    labels = [label for label, _ in drawing["bars"]]
    heights = [height for _, height in drawing["bars"]]
    if not any(heights):
        return False
    places = range(len(labels))
    bars = axes.bar(places, heights, width=0.72, color=NAVY)
    axes.bar_label(bars, [str(each) if each else "" for each in heights], padding=2, fontsize=9)
    _label_places(axes, labels)
    axes.set_ylim(0, max(heights) * 1.14)
    return True


def _ranges(axes: Axes, drawing: Mapping[str, Any]) -> bool:
    """The median as a bar, the ninth decile as a burgundy stroke above it."""
    rows = drawing["ranges"]
    shown = [(place, low, high) for place, (_, low, high) in enumerate(rows) if low is not None]
    if not shown:
        return False
    places, lows, highs = zip(*shown, strict=True)
    axes.vlines(places, lows, highs, color=BURGUNDY, linewidth=1.6)
    axes.bar(places, lows, width=0.62, color=NAVY, label=drawing["low"])
    axes.scatter(places, highs, marker="_", s=260, linewidth=3, color=BURGUNDY, zorder=3,
                 label=drawing["high"])  # fmt: skip
    _label_places(axes, [label for label, _, _ in rows])
    axes.set_ylim(0, max(max(highs) * 1.12, 1))
    _legend(axes, reverse=True)
    return True


def _spans(axes: Axes, drawing: Mapping[str, Any]) -> bool:
    """As `_ranges`, lying down: names are long."""
    rows = list(reversed(drawing["spans"][:_HIGHEST_ROWS]))
    if not rows:
        return False
    places = range(len(rows))
    lows, highs = [low for _, low, _ in rows], [high for _, _, high in rows]
    axes.hlines(places, lows, highs, color=BURGUNDY, linewidth=1.6)
    axes.barh(places, lows, height=0.5, color=NAVY, label=drawing["low"])
    axes.scatter(highs, places, marker="|", s=260, linewidth=3, color=BURGUNDY, zorder=3,
                 label=drawing["high"])  # fmt: skip
    axes.set_yticks(places, [name for name, _, _ in rows])
    axes.tick_params(axis="y", labelcolor=INK)
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.set_xlim(0, max(max(highs) * 1.08, 1))
    axes.set_ylabel("")
    axes.set_xlabel(drawing["axis"])
    axes.yaxis.grid(visible=False)
    axes.xaxis.grid(visible=True, color=RULE, linewidth=0.8)
    axes.spines["left"].set_visible(True)
    axes.spines["bottom"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True))
    _legend(axes, reverse=True)
    return True


def _curves(axes: Axes, drawing: Mapping[str, Any]) -> bool:
    curves = [Curve(each["label"], each["points"]) for each in drawing["curves"] if each["points"]]
    _draw_curves(axes, curves)
    return bool(curves)


def _draw_curves(axes: Axes, curves: Sequence[Curve]) -> None:
    strokes = ((NAVY, "solid", 1.3), (BURGUNDY, "solid", 2.2), (INK, (0, (4, 2)), 1.6))
    for place, curve in enumerate(curves):
        colour, dash, width = strokes[min(place, len(strokes) - 1)]
        hours = [hour for hour, _ in curve.points]
        people = [each for _, each in curve.points]
        axes.step(hours, people, where="post", color=colour, linestyle=dash, linewidth=width,
                  label=curve.label)  # fmt: skip
        if place == 0:
            axes.fill_between(hours, people, step="post", color=PALE, linewidth=0)
    hours = [hour for curve in curves for hour, _ in curve.points]
    if not hours:
        return
    axes.set_xlim(int(min(hours)), max(-int(-max(hours) // 1), int(min(hours)) + 1))
    axes.set_ylim(0, max(1.0, *(each for curve in curves for _, each in curve.points)) * 1.1)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=12, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda hour, _: f"{int(hour) % 24:02d}:00"))
    axes.tick_params(axis="x", length=4)
    if any(curve.label for curve in curves):
        _legend(axes)


_KINDS: dict[str, Callable[[Axes, Mapping[str, Any]], bool]] = {
    "bars": _bars,
    "ranges": _ranges,
    "spans": _spans,
    "steps": _curves,
}


# --- the sheet they are drawn on ------------------------------------------------------------------
def _canvas(axis: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(WIDE, HIGH), layout="constrained", facecolor="white")
    axes = figure.add_subplot()
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.set_axisbelow(True)
    axes.yaxis.grid(visible=True, color=RULE, linewidth=0.8)
    axes.tick_params(length=0)
    axes.set_ylabel(axis)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    return figure, axes


def _label_places(axes: Axes, labels: Sequence[str]) -> None:
    axes.set_xticks(range(len(labels)), labels)
    axes.set_xlim(-0.6, len(labels) - 0.4)


def _legend(axes: Axes, *, reverse: bool = False) -> None:
    axes.legend(
        loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False, borderaxespad=0.2,
        handlelength=1.6, columnspacing=2, fontsize=10, reverse=reverse,
    )  # fmt: skip


def _say_nothing(axes: Axes) -> None:
    axes.set_axis_off()
    axes.text(0.5, 0.5, _NOTHING, transform=axes.transAxes, ha="center", va="center", color=SOFT,
              fontsize=12)  # fmt: skip


def _written(figure: Figure, form: Literal["svg", "png"]) -> bytes:
    file = io.BytesIO()
    metadata = {"Date": None, "Creator": None} if form == "svg" else {"Software": None}
    figure.savefig(file, format=form, metadata=metadata, dpi=144)
    return file.getvalue()


def main() -> int:
    """Draw what stdin asks for; 2 when there is too much of it."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # a typeface that is not here
    asked = sys.stdin.buffer.read(MOST_INPUT + 1)
    if len(asked) > MOST_INPUT:
        print("too much to draw", file=sys.stderr)
        return 2
    drawn = {name: draw(drawing).decode() for name, drawing in json.loads(asked).items()}
    json.dump(drawn, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
