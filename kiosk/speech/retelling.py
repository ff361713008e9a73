"""PURE: which sentence of the catalogue a text is, and the same sentence in Spanish.

For a language without a voice: its recordings are named by key, and what nobody recorded is said
by the Spanish voice, which can read only Spanish.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Catalogue = Mapping[str, tuple[str, ...]]
"""The forms of every sentence by its key: one, or one for each plural."""

_GAP = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Retold:
    """`key` is empty, and `spanish` the text itself, where the catalogue does not hold it."""

    key: str
    spanish: str


class Retelling:
    """From one language's catalogue to the Spanish one. Sentences with values are found too."""

    def __init__(self, own: Catalogue, spanish: Catalogue) -> None:
        self._spanish = spanish
        self._whole: dict[str, tuple[str, int]] = {}
        self._filled: list[tuple[re.Pattern[str], str, int]] = []
        for key, form, place in _forms(own):
            if _GAP.search(form):
                self._filled.append((_pattern(form), key, place))
            else:
                self._whole.setdefault(form, (key, place))
        # The one with most words of its own first: "{a}" alone fits everything.
        self._filled.sort(key=lambda each: -len(each[0].pattern))

    def retell(self, text: str) -> Retold:
        """What `text` is in Spanish."""
        if text in self._whole:
            key, place = self._whole[text]
            return Retold(key, self._form(key, place) or text)
        for pattern, key, place in self._filled:
            found = pattern.fullmatch(text)
            if found is not None:
                return Retold(key, _fill(self._form(key, place), found.groupdict()) or text)
        return Retold("", text)

    def _form(self, key: str, place: int) -> str:
        forms = self._spanish.get(key, ())
        return forms[min(place, len(forms) - 1)] if forms else ""


def _forms(catalogue: Catalogue) -> Iterable[tuple[str, str, int]]:
    for key, forms in catalogue.items():
        for place, form in enumerate(forms):
            if form:
                yield key, form, place


def _pattern(form: str) -> re.Pattern[str]:
    """`form` with a named group for each placeholder; a second one of a name is any text."""
    seen: set[str] = set()
    parts: list[str] = []
    for index, part in enumerate(_GAP.split(form)):
        if index % 2 == 0:
            parts.append(re.escape(part))
        elif part in seen:
            parts.append(".+?")
        else:
            seen.add(part)
            parts.append(f"(?P<{part}>.+?)")
    return re.compile("".join(parts), re.DOTALL)


def _fill(form: str, values: Mapping[str, str]) -> str:
    return _GAP.sub(lambda gap: values.get(gap[1], ""), form)
