"""One decoder under atheris: ``python -m tests.fuzz.fuzz_decoder NAME --runs N --seconds S``.

Ends with 0 after so many inputs or seconds; an exception, a byte held beyond the decoder's bound or
memory beyond ``--rss-mb`` ends it with another code, and the input is kept in ``var/fuzz``.
"""

import argparse
import importlib
import sys
from pathlib import Path

KEPT = Path(__file__).resolve().parents[2] / "var" / "fuzz"
LONGEST_INPUT = 2048
MEMORY_MB = 400


class HeldTooMuch(AssertionError):
    """A decoder holds more than it said it would."""


def main() -> None:
    """Fuzz until atheris ends the process."""
    import atheris  # here: it is there on Linux only

    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("--module", default="tests.fuzz.decoders")
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--rss-mb", type=int, default=MEMORY_MB)
    wanted = parser.parse_args()
    instrumented = atheris.instrument_imports(include=["devices", wanted.module])  # pyright: ignore[reportAttributeAccessIssue]
    with instrumented:
        decoder = importlib.import_module(wanted.module).DECODERS[wanted.name]
    corpus = _corpus(wanted.name, decoder.seeds)

    def one(data: bytes) -> None:
        if decoder.take(data) > decoder.bound:
            raise HeldTooMuch(wanted.name)

    limits = [
        f"-atheris_runs={wanted.runs}",
        f"-max_total_time={wanted.seconds}",
        f"-rss_limit_mb={wanted.rss_mb}",
        f"-max_len={LONGEST_INPUT}",
        f"-artifact_prefix={KEPT}/{wanted.name}-",
        "-timeout=5",
        "-seed=2026",
    ]
    atheris.Setup([sys.argv[0], *limits, str(corpus)], one)
    atheris.Fuzz()


def _corpus(name: str, seeds: tuple[bytes, ...]) -> Path:
    """A folder of real messages to begin with; what atheris finds joins them."""
    folder = KEPT / f"corpus-{name}"
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds):
        (folder / f"seed-{number}").write_bytes(seed)
    return folder


if __name__ == "__main__":
    main()
