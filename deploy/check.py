"""`make check`: lint, format, types and architecture; each is named, all of them run."""

import subprocess
import sys
import time
from pathlib import Path

BIN = Path(sys.executable).parent
CHECKS = {
    "ruff": ["ruff", "check", "--quiet"],
    "format": ["ruff", "format", "--check", "--quiet"],
    "types": ["basedpyright"],
    "imports": ["lint-imports", "--no-cache"],
}


def main() -> int:
    """Run every check; 0 when all of them are clean."""
    failed = [name for name, words in CHECKS.items() if not _passes(name, words)]
    if failed:
        print(f"check: not clean: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _passes(name: str, words: list[str]) -> bool:
    began = time.monotonic()
    done = subprocess.run([BIN / words[0], *words[1:]], capture_output=True, text=True, check=False)
    verdict = "clean" if done.returncode == 0 else "NOT CLEAN"
    print(f"check: {name:8} {verdict} ({time.monotonic() - began:.1f} s)", flush=True)
    if done.returncode != 0:
        print(done.stdout + done.stderr)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
