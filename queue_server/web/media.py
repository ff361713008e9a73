"""The folder of pictures and films a site shows beside the calls."""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

MAX_LISTED = 50
MEDIA_NAME = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}\.(?:png|jpe?g|webp|svg|mp4|webm)$"
_NAME = re.compile(MEDIA_NAME)


class MediaKind(StrEnum):
    """How a display shows a file."""

    IMAGE = "image"
    VIDEO = "video"


_TYPES = {
    ".png": (MediaKind.IMAGE, "image/png"),
    ".jpg": (MediaKind.IMAGE, "image/jpeg"),
    ".jpeg": (MediaKind.IMAGE, "image/jpeg"),
    ".webp": (MediaKind.IMAGE, "image/webp"),
    ".svg": (MediaKind.IMAGE, "image/svg+xml"),
    ".mp4": (MediaKind.VIDEO, "video/mp4"),
    ".webm": (MediaKind.VIDEO, "video/webm"),
}


@dataclass(frozen=True)
class MediaFile:
    """One file that may be shown."""

    path: Path
    kind: MediaKind
    media_type: str

    @property
    def name(self) -> str:
        """The file's name, safe in a URL as it stands."""
        return self.path.name


class MediaFolder:
    """What may be shown of `folder` (None: nothing): plain files of known kinds, no links.

    A name is letters, digits, `_`, `.` and `-`, so it needs no quoting and cannot leave the folder.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def listed(self) -> list[MediaFile]:
        """At most `MAX_LISTED` files in the order of their names; empty when unreadable."""
        if self._folder is None:
            return []
        try:
            names = sorted(each.name for each in self._folder.iterdir())
        except OSError:
            return []
        found = [file for name in names if (file := self.find(name))]
        return found[:MAX_LISTED]

    def find(self, name: str) -> MediaFile | None:
        """The file called exactly `name`, None when there is none to be shown."""
        if self._folder is None or not _NAME.fullmatch(name):
            return None
        path = self._folder / name
        if path.is_symlink() or not path.is_file():
            return None
        kind, media_type = _TYPES[path.suffix]
        return MediaFile(path, kind, media_type)
