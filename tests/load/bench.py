"""What every bench does alike: run its steps, hold figures against bars, say and keep them.

A step returns figures. One called ``worse_NAME`` is of a variant made worse on purpose and must
miss the bar of ``NAME``: a bench that cannot fail measures nothing.
"""

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.support.site import REPOSITORY

Bar = tuple[str, float]
Figures = dict[str, Any]
Step = tuple[str, Callable[[], Figures]]

WORSE = "worse_"


def run(
    name: str,
    bars: Mapping[str, Bar],
    steps: Sequence[Step],
    samples: Figures,
    figures: Figures | None = None,
) -> None:
    """Run ``steps`` with a calibration before each and after the last; write ``var/bench``.

    ``figures`` fills up step by step, for steps that need an earlier one's figures. Raises
    ``AssertionError`` when a variant made worse holds its bar.
    """
    figures = {} if figures is None else figures
    calibrations: list[float] = []
    for words, step in steps:
        calibrations.append(calibration_ms())
        print(f"bench: … {words}", flush=True)
        figures |= (found := step())
        print(f"bench:   {found}", flush=True)
    samples["calibration_ms"] = sorted([*calibrations, calibration_ms()])
    figures |= {
        "calibration_ms": samples["calibration_ms"][0],
        "calibration_worst_ms": samples["calibration_ms"][-1],
    }
    _say_and_keep(name, bars, figures, samples)


def _say_and_keep(
    name: str, bars: Mapping[str, Bar], figures: Figures, samples: Mapping[str, Any]
) -> None:
    missed = [each for each, bar in bars.items() if not holds(figures[each], bar)]
    path = REPOSITORY / "var" / "bench" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**figures, "missed": missed, "samples": samples}, indent=1) + "\n")
    for each, value in figures.items():
        bar = bars.get(each)
        mark = f"   bar {bar[0]} {bar[1]}{'   MISSED' if each in missed else ''}" if bar else ""
        print(f"bench: {each:32} {value}{mark}")
    for each, bar in bars.items():
        worse = figures.get(f"{WORSE}{each}")
        if worse is not None and holds(worse, bar):
            raise AssertionError(f"{WORSE}{each} is {worse}: the worse variant holds the bar")


def calibration_ms() -> float:
    """A fixed piece of work: the bars in ms mean something only beside how long it takes here."""
    began = time.perf_counter()
    value = b""
    for number in range(100_000):
        value = hashlib.sha256(value + number.to_bytes(4)).digest()
    return round((time.perf_counter() - began) * 1000, 1)


def holds(value: float, bar: Bar) -> bool:
    """Whether a figure is on the right side of its bar."""
    return value >= bar[1] if bar[0] == ">=" else value <= bar[1]
