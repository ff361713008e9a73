"""`python -m tests.load.days`: do people wait as long as they were told? Twenty simulated days.

Days 1 to 20 are reported; the constants of the estimate were set on days 100 to 119. Writes
`var/bench/estimates.json` with the figures of every day. Beside our figure stand what a plain
board says (people ahead × mean service ÷ counters, ± 20 %) and a deliberately broken estimate
that sees one counter only.
"""

import json
import math
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from queue_server.turns.model.estimate import Estimate, estimate
from tests.load.day_model import SERVICE, Day, Told, Visible, simulate

REPOSITORY = Path(__file__).resolve().parents[2]
REPORTED, TUNED = range(1, 21), range(100, 120)
WIDTH_FLOOR_S, WIDTH_SHARE = 300.0, 0.75
VARIANTS: dict[str, Callable[[int], Day]] = {
    "lunches": lambda seed: Day(seed, lunches=True),
    "crowded": lambda seed: Day(seed, visits=340),
    "three_counters": lambda seed: Day(seed, visits=220, counters=3),
    "many_preferential": lambda seed: Day(seed, preferential_share=0.3),
}


def main() -> None:
    """Print the figures, the baselines and the variants, and write them with every day's."""
    started = time.perf_counter()
    figures = measure()
    figures["estimate_ms"] = estimate_ms()
    figures["seconds"] = round(time.perf_counter() - started, 1)
    path = REPOSITORY / "var" / "bench" / "estimates.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=1) + "\n")
    for name, value in figures.items():
        if name != "samples":
            print(f"bench: {name:28} {value}")


def measure(seeds: Sequence[int] = REPORTED) -> dict[str, Any]:
    """`estimate_coverage` (share of tickets whose true wait lay within), `estimate_width_ratio`
    (median width ÷ the larger of 5 min and 0.75 × the median true wait), the same of the
    baselines and variants, and per day under `samples`.
    """
    days = [simulate(Day(seed), (ours, plain_board, one_counter)) for seed in seeds]
    everybody = [told for day in days for told in day]
    figures: dict[str, Any] = {
        **_named("estimate", judge(everybody, 0)),
        "estimate_coverage_waiting": judge(_waiting(everybody), 0)["coverage"],
        **_named("plain_board", judge(everybody, 1)),
        **_named("one_counter", judge(everybody, 2)),
    }
    for name, kind in VARIANTS.items():
        told = [told for seed in seeds for told in simulate(kind(seed), (ours,))]
        figures |= _named(name, judge(told, 0))
    figures["samples"] = [
        {"seed": seed, "day": asdict(Day(seed)), **judge(day, 0)}
        for seed, day in zip(seeds, days, strict=True)
    ]
    return figures


def judge(told: Sequence[Told], teller: int) -> dict[str, float]:
    """Coverage, median width and median true wait (s), and the ratio of width to its limit."""
    pairs = [(said.said[teller], said.waited_s) for said in told]
    kept = [(expected, waited_s) for expected, waited_s in pairs if expected is not None]
    within = sum(e.optimistic_s <= waited_s <= e.pessimistic_s for e, waited_s in kept)
    width_s = statistics.median(e.pessimistic_s - e.optimistic_s for e, _ in kept)
    wait_s = statistics.median(waited_s for _, waited_s in pairs)
    return {
        "coverage": round(within / len(pairs), 3),
        "width_ratio": round(width_s / max(WIDTH_FLOOR_S, WIDTH_SHARE * wait_s), 3),
        "median_width_s": width_s,
        "median_wait_s": round(wait_s, 1),
        "longest_wait_s": round(max(waited_s for _, waited_s in pairs), 1),
    }


def ours(visible: Visible) -> Estimate | None:
    """The product's estimate."""
    return estimate(
        visible.rule,
        SERVICE,
        visible.attention_class,
        visible.lines,
        visible.windows,
        visible.paces,
        visible.arrivals_per_h,
    )


def plain_board(visible: Visible) -> Estimate | None:
    """People ahead × mean service ÷ counters, ± 20 %."""
    if not visible.windows:
        return None
    people = sum(line.people for line in visible.lines)
    wait_s = people * visible.paces[SERVICE].mean_s / len(visible.windows)
    return Estimate(math.floor(0.8 * wait_s), math.ceil(1.2 * wait_s))


def one_counter(visible: Visible) -> Estimate | None:
    """Broken on purpose: sees only the first open counter."""
    return ours(replace(visible, windows=visible.windows[:1]))


def estimate_ms() -> float:
    """Milliseconds of one estimate: mean over a day's tickets, best of three."""
    seen = [told.visible for told in simulate(Day(TUNED[0]), ())]
    best = math.inf
    for _ in range(3):
        started = time.perf_counter()
        for visible in seen:
            ours(visible)
        best = min(best, time.perf_counter() - started)
    return round(best / len(seen) * 1000.0, 4)


def _waiting(told: Iterable[Told]) -> list[Told]:
    return [each for each in told if each.visible.nobody_free]


def _named(prefix: str, figures: dict[str, float]) -> dict[str, float]:
    return {f"{prefix}_{name}": value for name, value in figures.items()}


if __name__ == "__main__":
    main()
