"""The list of ASVS 5.0 is whole, counts what it says, and names only files that exist."""

import re
from collections import Counter

import pytest

from tests.support.site import REPOSITORY

DOCUMENT = (REPOSITORY / "docs" / "asvs.md").read_text()
OTHERS = ("SECURITY.md", "docs/threat_model.md", "docs/personal_data.md")
# Requirements of levels 1 and 2 in each chapter of 5.0.0, V1 to V17.
HOW_MANY = (27, 11, 19, 10, 9, 35, 18, 7, 7, 29, 14, 9, 13, 9, 13, 16, 7)
ANSWERS = {"met", "partly", "not met", "n/a"}
_ROW = re.compile(r"^\| (\d+)\.(\d+)\.(\d+) \| ([12]) \| (.+?) \| ([a-z/ ]+) \| (.*) \|$", re.M)
_SUM = re.compile(r"^\| (met|partly|not met|does not apply \(n/a\)) \| (\d+) \|$", re.M)
_FILE = re.compile(r"`((?:tests|docs|deploy)/[\w./-]+|[A-Z]+\.md)`")


def rows(text: str) -> list[tuple[str, ...]]:
    return _ROW.findall(text)


def faults(text: str) -> list[str]:
    found = rows(text)
    by_chapter = Counter(int(each[0]) for each in found)
    said = [f"V{number}: {by_chapter[number]} rows, not {count}"
            for number, count in enumerate(HOW_MANY, 1) if by_chapter[number] != count]  # fmt: skip
    ids = [each[:3] for each in found]
    said += [f"{'.'.join(each)} stands twice" for each, count in Counter(ids).items() if count > 1]
    for *id_, _, asks, answer, how in found:
        if answer not in ANSWERS or not asks or (answer != "met" and len(how) < 5):
            said.append(f"{'.'.join(id_)}: {answer!r} without a reason")
    return said + [f"{each} does not exist" for each in missing(text)]


def missing(text: str) -> list[str]:
    return sorted({each for each in _FILE.findall(text) if not (REPOSITORY / each).exists()})


def test_the_list_is_whole_and_honest() -> None:
    assert faults(DOCUMENT) == []


def test_the_sums_are_those_of_the_rows() -> None:
    counted = Counter(each[5] for each in rows(DOCUMENT))
    told = {answer: int(count) for answer, count in _SUM.findall(DOCUMENT)}
    assert told == {"does not apply (n/a)": counted.pop("n/a"), **counted}


@pytest.mark.parametrize("file", OTHERS)
def test_files_that_are_named_exist(file: str) -> None:
    assert missing((REPOSITORY / file).read_text()) == []


@pytest.mark.negative_control
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("| 7.3.1 |", "| 7.3.2 |"),
        ("| 16.5.3 |", "| x |"),
        ("tests/unit/core/test_problem_json.py", "tests/unit/core/test_nothing.py"),
    ],
)
def test_a_row_or_a_file_that_is_missing_is_noticed(old: str, new: str) -> None:
    assert faults(DOCUMENT.replace(old, new)) != []
