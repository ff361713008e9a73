"""Sentences that a speaker of the language recorded: `<folder>/<language>/<key>.wav`."""

from dataclasses import dataclass
from pathlib import Path

import structlog

from kiosk.speech.sound import NoSound, Sound

MOST_BYTES = 6 * 2**20
"""About two minutes; no sentence is longer."""

log = structlog.get_logger("speech")


@dataclass(frozen=True)
class Recordings:
    """Those in `folder`; without a folder there are none."""

    folder: Path | None = None

    def speaks(self, language: str) -> bool:
        """Whether somebody recorded anything in `language`."""
        return self.folder is not None and any((self.folder / language).glob("*.wav"))

    def find(self, language: str, key: str) -> Sound | None:
        """The recording of the sentence `key` of the catalogue, if there is a usable one.

        A file that is no such sound is named in the log, and passed over.
        """
        if self.folder is None:
            return None
        path = self.folder / language / f"{key}.wav"
        try:
            if path.stat().st_size > MOST_BYTES:
                raise NoSound(f"it is larger than {MOST_BYTES} bytes")
            return Sound.of_wav(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, NoSound) as error:
            log.warning("recording cannot be used", file=path.name, why=str(error))
            return None
