"""A catalogue as its sentences, and back: what is said for each key, and what stands beside it.

Beside every sentence of a foreign catalogue stands the Spanish it was made from:

    #. es: Terminar
    # draft: not reviewed by a speaker
    msgid "common.finish"
    msgstr "Tukuy"

so that a reviewer sees both, and a Spanish sentence changed later is noticed.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from babel.messages.pofile import escape

from kiosk.texts import catalogue

Forms = tuple[str, ...]

_SPANISH = re.compile(r"^es(?:\[\d\])?: ?(.*)$")


@dataclass(frozen=True)
class Sentence:
    """What is said for `key`: one form, or one for each plural.

    `marks` are the translator's comments, `source` the Spanish forms it was made from.
    """

    key: str
    forms: Forms
    plural: bool = False
    marks: tuple[str, ...] = ()
    source: Forms = ()

    @property
    def said(self) -> bool:
        """True when no form of it is empty."""
        return bool(self.forms) and all(self.forms)


def of(language: str, folder: Path = catalogue.FOLDER) -> dict[str, Sentence]:
    """The sentences of `language` by their keys, in the order of the file.

    Raises UnknownLanguage.
    """
    found = {}
    for message in catalogue.read(language, folder):
        if message.id:
            key = message.id if isinstance(message.id, str) else message.id[0]
            forms = message.string or ""
            found[key] = Sentence(
                key,
                (forms,) if isinstance(forms, str) else tuple(forms),
                bool(message.pluralizable),
                tuple(message.user_comments),
                _source(message.auto_comments),
            )
    return found


def _source(comments: Iterable[str]) -> Forms:
    noted = (_SPANISH.match(comment) for comment in comments)
    return tuple(each[1].replace("\\n", "\n") for each in noted if each)


def put_in_order(
    spanish: Mapping[str, Sentence], own: Mapping[str, Sentence], new_marks: tuple[str, ...] = ()
) -> list[Sentence]:
    """A foreign catalogue in the order of the Spanish one; what nobody translated yet is empty.

    A sentence that is there keeps the Spanish it was made from, even where that has changed
    since; one without such a note gets the Spanish of today.
    """
    ordered = []
    for key, source in spanish.items():
        there = own.get(key)
        if there is None or not any(there.forms):
            empty = tuple("" for _ in source.forms)
            ordered.append(Sentence(key, empty, source.plural, new_marks, source.forms))
        else:
            kept = there.source or source.forms
            ordered.append(Sentence(key, there.forms, there.plural, there.marks, kept))
    return ordered


def write(path: Path, language: str, title: str, sentences: Iterable[Sentence]) -> None:
    """The catalogue as a file. `title` is its first line, a comment."""
    blocks = [_head(language, title), *(_block(each) for each in sentences)]
    path.write_text("\n".join(blocks), encoding="utf-8")


def _head(language: str, title: str) -> str:
    return (
        f"# {title}\n"
        'msgid ""\n'
        'msgstr ""\n'
        f'"Language: {language}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=UTF-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
    )


def _block(sentence: Sentence) -> str:
    lines = [f"# {each}" for each in sentence.marks]
    numbered = [f"es[{at}]" if sentence.plural else "es" for at in range(len(sentence.source))]
    source = (each.replace("\n", "\\n") for each in sentence.source)
    lines += [f"#. {name}: {said}" for name, said in zip(numbered, source, strict=True)]
    lines.append(f"msgid {escape(sentence.key)}")
    if sentence.plural:
        lines.append(f"msgid_plural {escape(sentence.key)}")
        lines += [f"msgstr[{at}] {escape(said)}" for at, said in enumerate(sentence.forms)]
    else:
        lines.append(f"msgstr {escape(sentence.forms[0])}")
    return "\n".join(lines) + "\n"
