"""`python -m kiosk.texts`: the table, the list for a reviewer, and the files put in order."""

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kiosk.texts import catalogue, sentences
from kiosk.texts.__main__ import main
from kiosk.texts.standing import DRAFT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The real catalogues, to be written over."""
    for language in catalogue.languages():
        shutil.copy(catalogue.FOLDER / f"{language}.po", tmp_path)
    return tmp_path


def change(folder: Path, language: str, **changes: Any) -> None:
    """Write the catalogue anew with another "common.finish"."""
    own = sentences.of(language, folder)
    own["common.finish"] = replace(own["common.finish"], **changes)
    sentences.write(folder / f"{language}.po", language, "A title.", own.values())


def test_the_command_counts_every_language() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kiosk.texts"], capture_output=True, text=True, timeout=60
    )
    assert done.stderr == ""
    rows = done.stdout.splitlines()
    assert rows[0].split() == ["language", "sentences", "drafts", "reviewed", "missing", "wrong"]
    assert [row.split()[0] for row in rows[1:5]] == catalogue.languages()
    assert done.returncode == (0 if len(rows) == 5 else 1)


@pytest.mark.negative_control
def test_a_catalogue_with_a_fault_is_reported_with_key_and_language(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(folder, "qu", forms=("",))
    assert main([], folder) == 1
    told = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["common.finish", "is", "missing", "qu"] in told


def test_a_reviewer_gets_every_draft_with_its_spanish_and_a_reviewed_one_no_more(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(folder, "ay", marks=(DRAFT,))
    assert main(["drafts", "ay"], folder) == 0
    before = capsys.readouterr().out
    assert "common.finish\n  es: Terminar\n  ay: " in before
    change(folder, "ay", marks=("reviewed by: Rosa Mamani Quispe, 2027-03-01",))
    assert main(["drafts", "ay"], folder) == 0
    after = capsys.readouterr().out
    assert "common.finish\n" not in after
    assert int(after.split()[-4]) == int(before.split()[-4]) - 1


def test_catalogues_in_order_are_written_back_as_they_were(folder: Path) -> None:
    assert main(["renew"], folder) == 0
    for language in catalogue.languages():
        name = f"{language}.po"
        assert (folder / name).read_text() == (catalogue.FOLDER / name).read_text()


def test_a_new_spanish_sentence_gets_its_empty_place_in_every_language(folder: Path) -> None:
    with (folder / "es.po").open("a") as file:
        file.write('\nmsgid "common.new"\nmsgstr "Nuevo\\naquí"\n')
    assert main(["renew"], folder) == 0
    for language in ("en", "qu", "ay"):
        new = sentences.of(language, folder)["common.new"]
        assert new.forms == ("",)
        assert new.source == ("Nuevo\naquí",)
        assert (DRAFT in new.marks) is (language != "en")
