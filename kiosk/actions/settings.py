"""The few lines of kiosk.toml that are changed from afar: laid over the file, which stays as it is.

A new version is on trial until the kiosk is heard with it; otherwise the one before counts again.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import structlog
from pydantic import ValidationError

from kiosk.actions import whole_file
from kiosk.config import KioskConfig

FILE = "settings.json"
MOST_VERSIONS = 10
MAX_STARTS = 3
"""A version that did not work in so many starts is given up."""
ALLOWED = frozenset(
    (
        "screen.language",
        "speech.words_per_minute",
        "offline.numbers",
        "discovery.enabled",
        "places.reader",
        "places.terminal",
        "places.paper",
        "places.cash",
        "places.keypad",
    )
)
CAPACITY = re.compile(r"devices\.([a-z0-9-]{1,20})\.capacity")

log = structlog.get_logger("settings")


class WrongSetting(ValueError):
    """This kiosk does not take the change; the words are Spanish, for who ordered it."""


@dataclass(frozen=True)
class Version:
    """What is laid over the file; number 0 is the file itself."""

    number: int = 0
    changes: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Trial:
    """The newest version has to prove itself for `action`; started so often with it."""

    action: str
    starts: int = 0


@dataclass(frozen=True)
class FellBack:
    """The version of `action` was given up, and why (Spanish); its orderer was not told yet."""

    action: str
    why: str


@dataclass(frozen=True)
class _Kept:
    versions: tuple[Version, ...] = ()
    highest: int = 0
    trial: Trial | None = None
    fell_back: FellBack | None = None


class SettingsBook:
    """`begin` once at the start of the program. A file that cannot be read counts as absent."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: KioskConfig | None = None
        try:
            self._kept = _kept(whole_file.read(path))
        except (whole_file.Unreadable, ValueError, TypeError, KeyError) as error:
            log.error("changed settings cannot be read; the file alone counts", why=str(error))
            self._kept = _Kept()

    @property
    def version(self) -> Version:
        """The one that counts now."""
        return self._kept.versions[-1] if self._kept.versions else Version()

    @property
    def trial(self) -> Trial | None:
        """Whether the newest version still has to prove itself."""
        return self._kept.trial

    @property
    def fell_back(self) -> FellBack | None:
        """What was given up and not told yet."""
        return self._kept.fell_back

    def changed(self) -> list[str]:
        """The keys that were changed from afar, without what they say now."""
        return sorted(self.version.changes or ())

    def begin(self, config: KioskConfig) -> KioskConfig:
        """`config` of the file with the changes that count; one start more of a trial."""
        self._file = config
        if (trial := self._kept.trial) is not None:
            try:
                self._one_start_more(trial)
            except OSError as error:  # a kiosk with a full disk serves people too
                log.error("a start on trial could not be counted", why=str(error))
        try:
            return laid_over(config, self.version.changes or {})
        except WrongSetting as error:
            log.error("changed settings do not fit the file any more", why=str(error))
            on_trial = self._kept.trial is not None
            self.give_up(str(error))
            has_gone_back = on_trial and self._kept.trial is None
            return self.begin(config) if has_gone_back else config

    def _one_start_more(self, trial: Trial) -> None:
        if trial.starts >= MAX_STARTS:
            self.back(f"No llegó a funcionar en {MAX_STARTS} arranques.")
        else:
            self._write(replace(self._kept, trial=replace(trial, starts=trial.starts + 1)))

    def propose(self, action: str, meant_for: int, changes: Mapping[str, Any]) -> Version:
        """Write the next version down; it counts from the next start on, on trial. `changes`: by
        `section.key`, None for what the file says. Raises WrongSetting, OSError."""
        if self._file is None or self._kept.trial is not None:
            raise WrongSetting("El cambio anterior todavía está a prueba.")
        now = self.version
        if meant_for != now.number:
            raise WrongSetting(f"La configuración va por la versión {now.number}; pídalo otra vez.")
        merged = {**(now.changes or {}), **changes}
        merged = {name: value for name, value in merged.items() if value is not None}
        laid_over(self._file, merged)
        made = Version(self._kept.highest + 1, merged)
        versions = (*self._kept.versions, made)[-MOST_VERSIONS:]
        self._write(_Kept(versions, made.number, Trial(action)))
        return made

    def confirm(self) -> None:
        """The newest version works. Raises OSError."""
        self._write(replace(self._kept, trial=None))

    def back(self, why: str) -> None:
        """Give the newest version up: from the next start on the one before counts. Raises
        OSError."""
        trial = self._kept.trial
        if trial is None:
            return
        log.error("a change of the configuration was taken back", why=why)
        fell = FellBack(trial.action, why)
        self._write(_Kept(self._kept.versions[:-1], self._kept.highest, None, fell))

    def give_up(self, why: str) -> None:
        """`back` for a program that does not start anyway: a disk that refuses is only logged."""
        try:
            self.back(why)
        except OSError as error:
            log.error("a change of the configuration could not be taken back", why=str(error))

    def told(self) -> None:
        """Who ordered the version that was given up knows of it. Raises OSError."""
        self._write(replace(self._kept, fell_back=None))

    def _write(self, kept: _Kept) -> None:
        trial, fell = kept.trial, kept.fell_back
        told = {
            "versions": [
                {"number": each.number, "changes": dict(each.changes or {})}
                for each in kept.versions
            ],
            "highest": kept.highest,
            "trial": trial and {"action": trial.action, "starts": trial.starts},
            "fell_back": fell and {"action": fell.action, "why": fell.why},
        }
        whole_file.write(self._path, told)
        self._kept = kept


def laid_over(config: KioskConfig, changes: Mapping[str, Any]) -> KioskConfig:
    """`config` with `changes` on top, checked as the file is. Raises WrongSetting."""
    raw = config.model_dump()
    for name, value in changes.items():
        if device := CAPACITY.fullmatch(name):
            _device(raw, device.group(1))["capacity"] = value
        elif name in ALLOWED:
            section, _, key = name.partition(".")
            raw[section][key] = value
        else:
            raise WrongSetting(f"«{name}» no se cambia a distancia.")
    try:
        return KioskConfig.model_validate(raw)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise WrongSetting(f"«{where}» no admite ese valor.") from error


def _device(raw: Mapping[str, Any], name: str) -> dict[str, Any]:
    for each in raw["devices"]:
        if each["name"] == name:
            return each
    raise WrongSetting(f"Este quiosco no tiene el dispositivo «{name}».")


def _kept(read: Any) -> _Kept:
    if read is None:
        return _Kept()
    trial, fell = read["trial"], read["fell_back"]
    return _Kept(
        tuple(Version(int(each["number"]), dict(each["changes"])) for each in read["versions"]),
        int(read["highest"]),
        trial and Trial(str(trial["action"]), int(trial["starts"])),
        fell and FellBack(str(fell["action"]), str(fell["why"])),
    )
