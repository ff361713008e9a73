"""What is wrong with a catalogue, sentence by sentence."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from string import Formatter

from kiosk.texts.leftovers import SAME_EVERYWHERE, left_over, without_names
from kiosk.texts.sentences import Sentence
from kiosk.texts.standing import NEEDS_A_SPEAKER, Standing, standing

Sentences = Mapping[str, Sentence]

FORMS = 2
"""One, and more than one: enough for the four languages."""

LONGEST = 1.5
"""Words on a control may be this much longer than the Spanish ones."""

SHORT = 9
"""Letters any control has room for, however short its Spanish is."""


@dataclass(frozen=True, order=True)
class Fault:
    """One sentence of one language, and what is wrong with it."""

    language: str
    key: str
    what: str


def of(language: str, spanish: Sentences, own: Sentences, labels: Collection[str]) -> list[Fault]:
    """Everything wrong with `own`, the sentences of `language`.

    `labels` are the keys of words that stand on controls.
    """
    found = [Fault(language, key, "is missing") for key in spanish if not _is_said(key, own)]
    for key, sentence in own.items():
        if key not in spanish:
            found.append(Fault(language, key, "is not in Spanish"))
        elif sentence.said:
            said = [what for look in _LOOKS for what in look(language, spanish[key], sentence)]
            said += _too_long(spanish[key], sentence) if key in labels else []
            found += [Fault(language, key, what) for what in dict.fromkeys(said)]
    return found


def unused(spanish: Sentences, used: Collection[str]) -> list[Fault]:
    """Sentences no screen says, and keys no catalogue has."""
    idle = [Fault("es", key, "is said by no screen") for key in spanish if key not in used]
    return idle + [Fault("es", key, "is missing") for key in used if key not in spanish]


def _is_said(key: str, own: Sentences) -> bool:
    return key in own and own[key].said


def _forms(_language: str, spanish: Sentence, own: Sentence) -> Iterator[str]:
    if spanish.plural != own.plural or len(own.forms) != (FORMS if spanish.plural else 1):
        yield "has not the forms of the Spanish"


def _placeholders(_language: str, spanish: Sentence, own: Sentence) -> Iterator[str]:
    """The form for one may say it without {count}."""
    wanted = placeholders(spanish.forms[-1])
    without_count = [each for each in wanted if each != "{count}"]
    for at, form in enumerate(own.forms):
        there = placeholders(form)
        if there != wanted and (at or not own.plural or there != without_count):
            yield f"should hold {' '.join(wanted) or 'no placeholder'}"


def placeholders(text: str) -> list[str]:
    """The names in braces, sorted; a brace alone counts as one called `{`.

    >>> placeholders("De {low} a {high}")
    ['{high}', '{low}']
    """
    try:
        named = [f"{{{name}}}" for _, name, _, _ in Formatter().parse(text) if name is not None]
    except ValueError:
        return ["{"]
    return sorted(named)


def _lines(_language: str, spanish: Sentence, own: Sentence) -> Iterator[str]:
    if {form.count("\n") for form in own.forms} != {form.count("\n") for form in spanish.forms}:
        yield "breaks its lines otherwise"


_UNTIDY = (
    (re.compile(r"  |\t|\u00a0"), "has two spaces or a strange one"),
    (re.compile(r"^\s|\s$|\n | \n"), "begins or ends a line with a space"),
    (re.compile(r" [,.;:!?…]"), "has a space before its punctuation"),
    (re.compile(r"\.\.\."), "writes three dots instead of …"),
    (re.compile(r"'"), "has a straight apostrophe instead of ’"),
)


def _tidy(_language: str, _spanish: Sentence, own: Sentence) -> Iterator[str]:
    for form in own.forms:
        yield from (what for pattern, what in _UNTIDY if pattern.search(form))


def _ending(_language: str, spanish: Sentence, own: Sentence) -> Iterator[str]:
    """A sentence stays one, a title without full stop too."""
    for form in own.forms:
        if form[-1] != spanish.forms[-1][-1] and {form[-1], spanish.forms[-1][-1]} & set(".…:?"):
            yield f"does not end as the Spanish does ({spanish.forms[-1][-1]})"


def _own_words(language: str, spanish: Sentence, own: Sentence) -> Iterator[str]:
    for form in own.forms:
        yield from (f"says {word!r}" for word in left_over(language, form))
    same = language != "es" and own.key not in SAME_EVERYWHERE and own.forms == spanish.forms
    if same and any(
        letter.isalpha() for letter in re.sub(r"\{\w+\}", "", without_names(own.forms[0]))
    ):
        yield "is still Spanish"


def _fresh(language: str, spanish: Sentence, own: Sentence) -> Iterator[str]:
    if language != "es" and own.source != spanish.forms:
        yield "was made from other Spanish words"


def _marked(language: str, _spanish: Sentence, own: Sentence) -> Iterator[str]:
    if language in NEEDS_A_SPEAKER and standing(own.marks) is Standing.UNMARKED:
        yield "is neither a draft nor reviewed"


def _too_long(spanish: Sentence, own: Sentence) -> list[str]:
    most = max(SHORT, int(LONGEST * max(map(len, spanish.forms))))
    return [f"has {len(form)} letters of {most}" for form in own.forms if len(form) > most]


_LOOKS: tuple[Callable[[str, Sentence, Sentence], Iterator[str]], ...] = (
    _forms,
    _placeholders,
    _lines,
    _tidy,
    _ending,
    _own_words,
    _fresh,
    _marked,
)
