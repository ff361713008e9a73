"""What a kiosk needs to start: one TOML file, unknown keys refused by name."""

import difflib
import tomllib
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from kiosk.texts.catalogue import FIRST_LANGUAGE, languages
from kiosk.trust import is_loopback


class ConfigError(Exception):
    """The configuration file cannot be used; the message says which key and what to write."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Device(_Section):
    """One device: `model` as `python -m devices list` names it; `port` a path or an address.

    `capacity`: pieces its cash box or hopper holds; without it the usual number of its kind.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,20}$")]
    model: str
    port: str
    options: dict[str, str | int | float | bool] = {}
    capacity: Annotated[int, Field(gt=0, le=100_000)] | None = None


NEEDS_PAIRING = (
    "server.url: http:// is for a loopback address only (http://127.0.0.1:8080); write https://, "
    "or leave the address out: the kiosk finds its server, and is let in with the code it shows"
)


class Server(_Section):
    """Where the queue server answers; without `url` the kiosk looks for it on the LAN.

    A kiosk is let in by pairing, and keeps what it was given beside the journal. `credential_file`
    holds a development token instead, for a server with plain HTTP on this machine.
    """

    url: Annotated[str, Field(pattern=r"^https?://")] | None = None
    credential_file: Path | None = None

    @model_validator(mode="after")
    def _nothing_in_the_clear(self) -> "Server":
        url = self.url or ""
        plain = url.startswith("http://")
        if plain and not is_loopback(urlsplit(url).hostname or ""):
            raise ValueError(NEEDS_PAIRING)
        if plain and self.credential_file is None:
            raise ValueError("server.credential_file: what `add-kiosk` printed, for http://")
        if not plain and self.credential_file is not None:
            raise ValueError(
                "server.credential_file: for http:// only; remove the line, the kiosk is paired"
            )
        return self


class Screen(_Section):
    """The panel: its pixels and how large one pixel is (27″ 1080×1920: 0.3113 mm).

    `language` is what everybody is greeted in: the code of a catalogue in kiosk/texts.
    """

    width: int = 1080
    height: int = 1920
    mm_per_px: Annotated[float, Field(gt=0.05, lt=1.0)] = 0.3113
    language: str = FIRST_LANGUAGE

    @field_validator("language")
    @classmethod
    def _has_a_catalogue(cls, code: str) -> str:
        if code not in languages():
            raise ValueError(f"no catalogue {code!r}; there are {', '.join(languages())}")
        return code


class Discovery(_Section):
    """Zeroconf: whether this kiosk advertises itself, and on which addresses (empty: all)."""

    enabled: bool = True
    interfaces: tuple[str, ...] = ()


class Speech(_Section):
    """Where the voice is heard: ALSA devices, as `aplay -L` names them.

    Where plugging headphones in mutes the loudspeaker by itself both are the same device.
    `recordings`: a folder of sentences that speakers of a language recorded.
    """

    loudspeaker: str = "default"
    headphones: str = "default"
    words_per_minute: Annotated[int, Field(ge=80, le=300)] = 150
    recordings: Path | None = None


class Places(_Section):
    """Where the parts of this kiosk are, in one Spanish sentence each, for who finds them by touch.

    An empty one leaves the words that are true of any kiosk; other languages always say those.
    """

    reader: Annotated[str, Field(max_length=200)] = ""
    terminal: Annotated[str, Field(max_length=200)] = ""
    paper: Annotated[str, Field(max_length=200)] = ""
    cash: Annotated[str, Field(max_length=200)] = ""
    keypad: Annotated[str, Field(max_length=200)] = ""

    def sentences(self) -> dict[str, str]:
        """Those that are told, by the key of the sentence each is said for."""
        told = {
            "speech.place_reader": self.reader,
            "speech.place_terminal": self.terminal,
            "speech.place_paper": self.paper,
            "speech.place_cash": self.cash,
            "speech.place_keypad": self.keypad,
        }
        return {key: words for key, words in told.items() if words}


class Offline(_Section):
    """Without its server: how many numbers of each service lie ready (0: no turns then)."""

    numbers: Annotated[int, Field(ge=0, le=50)] = 20


class KioskConfig(_Section):
    """One kiosk. Paths are relative to the file's folder. `code` is one letter and two digits."""

    code: Annotated[str, Field(pattern=r"^[A-Z]\d{2}$")]
    server: Server = Server()
    devices: tuple[Device, ...] = ()
    journal: Path = Path("journal.db")
    journal_key_file: Path = Path("journal.key")
    screen: Screen = Screen()
    discovery: Discovery = Discovery()
    offline: Offline = Offline()
    speech: Speech = Speech()
    places: Places = Places()


def load_config(path: Path) -> KioskConfig:
    """The configuration in `path`. Raises ConfigError, always with one line to act on."""
    try:
        raw = tomllib.loads(path.read_text())
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file; copy deploy/kiosk.toml and edit it") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
    try:
        config = KioskConfig.model_validate(raw)
    except ValidationError as error:
        raise ConfigError(f"{path}: {_first_fault(error)}") from error
    return _from_folder(config, path.parent)


def _from_folder(config: KioskConfig, folder: Path) -> KioskConfig:
    credential = config.server.credential_file
    server = config.server.model_copy(
        update={"credential_file": credential and folder / credential}
    )
    return config.model_copy(
        update={
            "server": server,
            "journal": folder / config.journal,
            "journal_key_file": folder / config.journal_key_file,
            "speech": _speech_from(config.speech, folder),
        }
    )


def _speech_from(speech: Speech, folder: Path) -> Speech:
    if speech.recordings is None:
        return speech
    return speech.model_copy(update={"recordings": folder / speech.recordings})


_SECTIONS: dict[str, type[BaseModel]] = {
    "server": Server,
    "devices": Device,
    "screen": Screen,
    "discovery": Discovery,
    "offline": Offline,
    "speech": Speech,
    "places": Places,
}


def _first_fault(error: ValidationError) -> str:
    faults = error.errors()
    fault = next((each for each in faults if each["type"] == "extra_forbidden"), faults[0])
    where = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "value_error" and fault["msg"].startswith("Value error, server."):
        return fault["msg"].removeprefix("Value error, ")
    if fault["type"] != "extra_forbidden":
        return f"{where}: {fault['msg']}"
    section = _SECTIONS.get(str(fault["loc"][0]), KioskConfig) if len(fault["loc"]) > 1 else None
    known = (section or KioskConfig).model_fields
    near = difflib.get_close_matches(where.rpartition(".")[2], known, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"unknown key {where!r}{hint}"
