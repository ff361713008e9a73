"""A change of the configuration from afar: few keys, checked, on trial, taken back by itself."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from kiosk.actions import settings as settings_module
from kiosk.actions.desk import Outcome
from kiosk.actions.settings import MAX_STARTS, SettingsBook, WrongSetting
from kiosk.actions.trial import SettingsTrial
from kiosk.config import KioskConfig
from kiosk.texts.catalogue import languages
from queue_server.fleet.actions import settings as server_side

PLAIN = KioskConfig.model_validate(
    {
        "code": "K01",
        "server": {"url": "https://192.0.2.1"},
        "devices": [{"name": "printer", "model": "escpos", "port": "/dev/printer"}],
    }
)
ORDER = str(uuid4())


def started(folder: Path) -> tuple[SettingsBook, KioskConfig]:
    """The program starts: what counts now."""
    book = SettingsBook(folder / "settings.json")
    return book, book.begin(PLAIN)


def test_a_change_counts_from_the_next_start_on_and_the_file_stays(tmp_path: Path) -> None:
    book, config = started(tmp_path)
    assert config == PLAIN
    made = book.propose(ORDER, 0, {"offline.numbers": 5, "devices.printer.capacity": 300})
    assert made.number == 1
    _, config = started(tmp_path)
    assert config.offline.numbers == 5
    assert config.devices[0].capacity == 300
    assert config.server == PLAIN.server


def test_null_gives_back_what_the_file_says(tmp_path: Path) -> None:
    book, _ = started(tmp_path)
    book.propose(ORDER, 0, {"offline.numbers": 5, "screen.language": "qu"})
    book.confirm()
    book, config = started(tmp_path)
    book.propose(ORDER, 1, {"offline.numbers": None})
    _, config = started(tmp_path)
    assert (config.offline.numbers, config.screen.language) == (20, "qu")


@pytest.mark.parametrize(
    "changes",
    [
        {"server.url": "https://192.0.2.66"},
        {"code": "K02"},
        {"journal": "/tmp/x"},
        {"devices.printer.port": "tcp://192.0.2.66:1"},
        {"devices.printer.options": {}},
        {"devices.cutter.capacity": 5},
        {"devices.printer.capacity": 0},
        {"offline.numbers": 51},
        {"offline.numbers": "many"},
        {"screen.language": "xx"},
        {"screen.width": 1},
        {"places.reader": "x" * 201},
    ],
)
def test_what_is_not_harmless_is_refused_and_nothing_is_written(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    book, _ = started(tmp_path)
    with pytest.raises(WrongSetting):
        book.propose(ORDER, 0, changes)
    assert started(tmp_path)[1] == PLAIN


@pytest.mark.negative_control
def test_without_the_list_the_server_could_be_named_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings_module, "ALLOWED", {"server.url"})
    book, _ = started(tmp_path)
    book.propose(ORDER, 0, {"server.url": "https://192.0.2.66"})
    assert started(tmp_path)[1].server.url == "https://192.0.2.66"


def test_a_change_meant_for_another_version_is_refused(tmp_path: Path) -> None:
    book, _ = started(tmp_path)
    book.propose(ORDER, 0, {"offline.numbers": 5})
    book.confirm()
    book, _ = started(tmp_path)
    with pytest.raises(WrongSetting, match="versión 1"):
        book.propose(ORDER, 0, {"offline.numbers": 6})


def test_a_version_that_never_works_is_given_up_after_three_starts(tmp_path: Path) -> None:
    book, _ = started(tmp_path)
    book.propose(ORDER, 0, {"offline.numbers": 5})
    tried = [started(tmp_path)[1].offline.numbers for _ in range(MAX_STARTS + 1)]
    assert tried == [5, 5, 5, 20]
    book, _ = started(tmp_path)
    assert book.fell_back is not None
    assert book.fell_back.action == ORDER


def test_a_number_is_never_given_twice(tmp_path: Path) -> None:
    book, _ = started(tmp_path)
    book.propose(ORDER, 0, {"offline.numbers": 5})
    book.back("test")
    book.told()
    assert book.version.number == 0
    assert book.propose(ORDER, 0, {"offline.numbers": 6}).number == 2


class Judge:
    """One start of the program with its trial, and a clock that is turned by hand."""

    def __init__(self, folder: Path) -> None:
        self.book, self.config = started(folder)
        self.heard, self.at, self.restarts = False, 0.0, 0
        self.closed: list[tuple[str, Outcome]] = []
        self.trial = SettingsTrial(
            self.book,
            lambda: self.heard,
            lambda action, outcome: self.closed.append((action, outcome)),
            self._restart,
            monotonic=lambda: self.at,
            within_s=60.0,
        )

    def _restart(self) -> None:
        self.restarts += 1


def test_heard_with_it_the_version_stays(tmp_path: Path) -> None:
    started(tmp_path)[0].propose(ORDER, 0, {"offline.numbers": 5})
    judge = Judge(tmp_path)
    judge.trial.look()
    assert judge.closed == []
    judge.heard = True
    judge.trial.look()
    assert [(each, how.well) for each, how in judge.closed] == [(ORDER, True)]
    after = Judge(tmp_path)
    after.at = 1000.0
    after.trial.look()
    assert (after.restarts, after.closed, after.config.offline.numbers) == (0, [], 5)


def test_not_heard_with_it_the_kiosk_goes_back_by_itself_and_says_so(tmp_path: Path) -> None:
    started(tmp_path)[0].propose(ORDER, 0, {"offline.numbers": 5})
    judge = Judge(tmp_path)
    judge.at = 60.0
    judge.trial.look()
    assert judge.restarts == 1
    after = Judge(tmp_path)
    after.trial.look()
    after.trial.look()
    assert after.config == PLAIN
    assert [(each, how.well) for each, how in after.closed] == [(ORDER, False)]
    assert "versión 0" in after.closed[0][1].detail


@pytest.mark.negative_control
def test_a_kiosk_without_the_trial_keeps_the_bad_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SettingsBook, "back", lambda *_: None)
    started(tmp_path)[0].propose(ORDER, 0, {"offline.numbers": 5})
    judge = Judge(tmp_path)
    judge.at = 60.0
    judge.trial.look()
    assert Judge(tmp_path).config.offline.numbers == 5


@pytest.mark.parametrize("spoil", [lambda p: p.write_text("{"), lambda p: p.write_text("[1]")])
def test_a_file_that_cannot_be_read_leaves_the_plain_configuration(
    tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    started(tmp_path)[0].propose(ORDER, 0, {"offline.numbers": 5})
    spoil(tmp_path / "settings.json")
    assert started(tmp_path)[1] == PLAIN


def test_both_sides_name_the_same_keys() -> None:
    assert set(server_side.RULES) == settings_module.ALLOWED
    assert server_side.CAPACITY.fullmatch("devices.printer.capacity")
    rule = server_side.RULES["screen.language"]
    assert isinstance(rule, server_side.OneOf)
    assert set(rule.words) == set(languages())


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("speech.words_per_minute", 80, 79),
        ("speech.words_per_minute", 300, 301),
        ("offline.numbers", 0, -1),
        ("offline.numbers", 50, 51),
        ("devices.printer.capacity", 100_000, 100_001),
        ("places.cash", "x" * 200, "x" * 201),
        ("discovery.enabled", False, "perhaps"),
    ],
)
def test_both_sides_draw_the_same_line(
    tmp_path: Path, name: str, good: object, bad: object
) -> None:
    book, _ = started(tmp_path)
    server_side.checked({name: good})
    book.propose(ORDER, 0, {name: good})
    book.back("test")
    with pytest.raises(server_side.WrongSetting):
        server_side.checked({name: bad})
    with pytest.raises(WrongSetting):
        book.propose(ORDER, 0, {name: bad})


def test_a_version_that_fits_the_file_no_more_gives_way_to_the_one_before(tmp_path: Path) -> None:
    book, _ = started(tmp_path)
    book.propose(ORDER, 0, {"offline.numbers": 5})
    book.confirm()
    book, _ = started(tmp_path)
    book.propose(ORDER, 1, {"devices.printer.capacity": 300})
    another = SettingsBook(tmp_path / "settings.json")
    config = another.begin(PLAIN.model_copy(update={"devices": ()}))
    assert config.offline.numbers == 5
    assert another.version.number == 1
    assert another.fell_back is not None


def test_a_full_disk_keeps_no_kiosk_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "no space left")

    started(tmp_path)[0].propose(ORDER, 0, {"offline.numbers": 5})
    monkeypatch.setattr("kiosk.actions.whole_file.write", full)
    assert started(tmp_path)[1].offline.numbers == 5
