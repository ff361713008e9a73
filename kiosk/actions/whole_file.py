"""Small JSON files beside the journal: replaced as a whole, on the disk before anything follows."""

import json
import os
from pathlib import Path
from typing import Any


class Unreadable(Exception):
    """The file is there and cannot be used."""


def read(path: Path) -> Any:
    """The value in `path`; None where there is no file. Raises Unreadable."""
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise Unreadable(f"{path.name}: {type(error).__name__}") from error


def write(path: Path, value: Any) -> None:
    """Make `value` what `path` holds. Raises OSError."""
    fresh = path.with_suffix(".new")
    with fresh.open("w") as file:
        json.dump(value, file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
