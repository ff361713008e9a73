"""`python -m kiosk.texts`: how complete the catalogues are, and what a reviewer has to read."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from kiosk.texts import catalogue, faults, sentences, used
from kiosk.texts.standing import DRAFT, NEEDS_A_SPEAKER, Standing, standing

TITLES = {
    "en": "Texts of the screen in English.",
    "qu": "Texts of the screen in Southern Quechua. Drafts until a speaker reviews them.",
    "ay": "Texts of the screen in Aymara. Drafts until a speaker reviews them.",
}


def main(arguments: Sequence[str] | None = None, folder: Path = catalogue.FOLDER) -> int:
    """Print what was asked for about the catalogues in `folder`.

    0: nothing is missing or wrong; 1: something is.
    """
    parser = argparse.ArgumentParser(prog="python -m kiosk.texts", description=__doc__)
    orders = parser.add_subparsers(dest="order")
    drafts = orders.add_parser("drafts", help="every sentence no speaker has reviewed")
    drafts.add_argument("language", choices=NEEDS_A_SPEAKER)
    orders.add_parser("renew", help="bring the foreign catalogues into the order of the Spanish")
    asked = parser.parse_args(arguments)
    if asked.order == "drafts":
        return _drafts(asked.language, folder)
    if asked.order == "renew":
        return _renew(folder)
    return _report(folder)


def every_fault(folder: Path = catalogue.FOLDER) -> list[faults.Fault]:
    """What is wrong with any catalogue, and every key that is unused or unknown."""
    spanish = sentences.of(catalogue.FIRST_LANGUAGE, folder)
    there = used.scan({key.split(".")[0] for key in spanish}, used.sources())
    found = faults.unused(spanish, there.keys)
    for language in catalogue.languages(folder):
        found += faults.of(language, spanish, sentences.of(language, folder), there.labels)
    return found


def _report(folder: Path) -> int:
    found = every_fault(folder)
    rows = [("language", "sentences", "drafts", "reviewed", "missing", "wrong")]
    for language in catalogue.languages(folder):
        there = sentences.of(language, folder).values()
        kinds = [standing(each.marks) for each in there if each.said]
        own = [each for each in found if each.language == language]
        missing = sum(each.what == "is missing" for each in own)
        rows.append(
            (
                language,
                str(sum(each.said for each in there)),
                _count(language, kinds, Standing.DRAFT),
                _count(language, kinds, Standing.REVIEWED),
                str(missing),
                str(len(own) - missing),
            )
        )
    _table(rows)
    if found:
        print()
        _table([("key", "what", "in"), *_by_key(found)])
    return 1 if found else 0


def _by_key(found: Iterable[faults.Fault]) -> list[tuple[str, str, str]]:
    """One row for what is wrong in the same way in several languages."""
    where: dict[tuple[str, str], list[str]] = {}
    for each in found:
        where.setdefault((each.key, each.what), []).append(each.language)
    return [(key, what, " ".join(languages)) for (key, what), languages in where.items()]


def _count(language: str, kinds: Iterable[Standing], wanted: Standing) -> str:
    return str(sum(each is wanted for each in kinds)) if language in NEEDS_A_SPEAKER else "-"


def _drafts(language: str, folder: Path) -> int:
    waiting = [
        each
        for each in sentences.of(language, folder).values()
        if each.said and standing(each.marks) is Standing.DRAFT
    ]
    for each in waiting:
        print(each.key)
        print("  es:", " | ".join(each.source).replace("\n", "\\n"))
        print(f"  {language}:", " | ".join(each.forms).replace("\n", "\\n"))
    print(f"{len(waiting)} drafts in {language}")
    return 0


def _renew(folder: Path) -> int:
    spanish = sentences.of(catalogue.FIRST_LANGUAGE, folder)
    for language in catalogue.languages(folder):
        if language == catalogue.FIRST_LANGUAGE:
            continue
        marks = (DRAFT,) if language in NEEDS_A_SPEAKER else ()
        ordered = sentences.put_in_order(spanish, sentences.of(language, folder), marks)
        path = folder / f"{language}.po"
        title = TITLES.get(language, f"Texts of the screen, language {language}.")
        sentences.write(path, language, title, ordered)
        print(f"{path.name}: {sum(not each.said for each in ordered)} sentences to translate")
    return 0


def _table(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())


if __name__ == "__main__":
    sys.exit(main())
