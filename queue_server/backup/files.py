"""Which files beside the database belong to a server, each by the part it plays in server.toml."""

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from queue_server.backup.model import BackupFault
from queue_server.backup.parts import pieces_of
from queue_server.config import ServerConfig

_M = TypeVar("_M", bound=BaseModel)
CONFIGURATION = "server.toml"
ANCHORS = "audit-anchors.log"
PREFIX = "file:"
# The database goes its own way; films are too large; anchors are no secret and always go along.
_NOT_COPIED = {"database", "media_folder", "audit.anchor_file", "tls.folder"}
# With another one the copy is worth nothing, so an other one that is there already is a mistake.
_MUST_MATCH = {"data_key_file", "audit_key_file", "tls/ca.key", "tls/ca.pem", "tls/actions.key"}

_KEY = re.compile(rb"\b[0-9a-f]{64}\b")


@dataclass(frozen=True)
class Belonging:
    """A file of the server: the part it plays (`data_key_file`, `tls/ca.key`) and its place."""

    role: str
    path: Path


def keys_and_settings(config: ServerConfig) -> list[Belonging]:
    """Keys, certificates and credentials that the configuration names and that are there."""
    named = [*_named(config, ""), *_tls(config)]
    return [each for each in named if each.path.is_file()]


def place_of(config: ServerConfig, role: str) -> Path | None:
    """Where the file with this part belongs; None where the configuration names none."""
    folder, _, name = role.partition("/")
    if folder == "tls" and name:
        return config.tls.folder / Path(name).name
    return next((each.path for each in _named(config, "") if each.role == role), None)


def under(config: ServerConfig, base: Path, folder: Path) -> ServerConfig:
    """`config` with every path below `base` moved below `folder`, any other to a name in it."""
    return _moved(config, base.resolve(), folder)


def _moved(section: _M, base: Path, folder: Path) -> _M:
    changed: dict[str, object] = {}
    for name, value in section:
        if isinstance(value, BaseModel):
            changed[name] = _moved(value, base, folder)
        elif isinstance(value, Path):
            whole = value.resolve()
            inside = whole.is_relative_to(base)
            changed[name] = folder / (whole.relative_to(base) if inside else whole.name)
    return section.model_copy(update=changed)


class Bundle:
    """Files of a backup on their way back: written aside, put in place together, or not at all.

    `config` says where they belong; with `settings` the configuration itself belongs there, too.
    `kept`: files that were there already and stay as they are.
    """

    def __init__(self, config: ServerConfig, settings: Path | None = None) -> None:
        self.config = config
        self.on_file = config.database_url is None
        self.kept: list[Path] = []
        self._settings = settings
        self._aside: Path | None = None
        self._staged: dict[Path, Path] = {}
        self._placed: list[Path] = []

    @contextlib.contextmanager
    def staged(self) -> Iterator[None]:
        """A folder for what is written aside; it goes at the end, and what was put in place goes
        with it when the block fails."""
        near = (self.config.database if self.on_file else self.config.audit_key_file).parent
        made = [each for each in (near, *near.parents) if not each.exists()]
        near.mkdir(parents=True, exist_ok=True)
        self._aside = Path(tempfile.mkdtemp(prefix=".restore-", dir=near))
        try:
            yield
        except BaseException:
            for each in self._placed:
                each.unlink(missing_ok=True)
            shutil.rmtree(self._aside)
            for each in made:
                with contextlib.suppress(OSError):
                    each.rmdir()
            raise
        shutil.rmtree(self._aside)

    def aside(self, name: str) -> Path:
        """A place in the folder of what is written aside."""
        assert self._aside is not None
        return self._aside / name

    def take(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write a file of the backup aside. Raises BackupFault where another key is there."""
        place, role = self._place(name), name.removeprefix(PREFIX)
        if place is None:
            return
        aside = self.aside(f"file-{len(self._staged)}-{len(self.kept)}")
        write_durably(aside, pieces)
        if not place.exists():
            self._staged[place] = aside
            return
        if role in _MUST_MATCH and not _holds(place, aside):
            words = f"{place}: another {role} is there than in the backup; move it away first"
            raise BackupFault(words)
        self.kept.append(place)

    def read(self, role: str) -> Path | None:
        """Where the file with this part can be read now."""
        place = place_of(self.config, role)
        if place is None:
            return None
        return self._staged.get(place) or (place if place.is_file() else None)

    def put_in_place(self) -> None:
        """Move every file where it belongs."""
        for place, aside in self._staged.items():
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with aside.open("rb") as file:
                write_durably(place, pieces_of(file))  # never over one that is there
            self._placed.append(place)
        for folder in {each.parent for each in self._staged}:
            settle_folder(folder)

    def put_last(self, aside: Path, place: Path) -> None:
        """Move one more file from aside to `place`: with it everything is there."""
        os.link(aside, place)
        self._placed.append(place)
        settle_folder(place.parent)

    def _place(self, name: str) -> Path | None:
        if name == CONFIGURATION:
            return self._settings
        if name == ANCHORS:
            return self.config.audit.anchor_file
        return place_of(self.config, name.removeprefix(PREFIX))


def _holds(there: Path, backup: Path) -> bool:
    """Whether what is there is the backup's own file, or a file of keys that holds all of its.

    A data key that was changed since still stands in its file as an older one.
    """
    ours, theirs = there.read_bytes(), backup.read_bytes()
    keys = set(_KEY.findall(theirs))
    return ours.strip() == theirs.strip() or (bool(keys) and keys <= set(_KEY.findall(ours)))


def write_durably(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a new file, on the disk before this returns. Raises FileExistsError."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            for each in pieces:
                file.write(each)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink()
        raise


def settle_folder(folder: Path) -> None:
    """What was renamed in `folder` is on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _named(section: BaseModel, before: str) -> Iterator[Belonging]:
    for name, value in section:
        if isinstance(value, BaseModel):
            yield from _named(value, f"{before}{name}.")
        elif isinstance(value, Path) and before + name not in _NOT_COPIED:
            yield Belonging(before + name, value)


def _tls(config: ServerConfig) -> list[Belonging]:
    if config.plain_http or not config.tls.folder.is_dir():
        return []
    found = sorted(each for each in config.tls.folder.iterdir() if each.is_file())
    return [Belonging(f"tls/{each.name}", each) for each in found]
