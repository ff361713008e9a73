"""PURE: how a text of the screen becomes a sentence, and which of them everybody may hear."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from kiosk.speech.retelling import Retold
from kiosk.speech.sentence import Sentence
from kiosk.speech.words import Phrases, is_private, said


def as_it_is(text: str) -> Retold:
    """For a language with a voice: said as it stands."""
    return Retold("", text)


@dataclass(frozen=True)
class Manner:
    """How things are said: in whose `phrases`, and what a text of the screen is in that language.

    `retell` also tells the catalogue's key of a sentence, for which there may be a recording.
    `ours` are the catalogue's sentences without values: of nobody, whatever example they give.
    `confidential`: whether it is a sentence that only the listener may hear, by its key.
    `places`: where the parts of this kiosk are, by the key of the sentence they are said for.
    """

    phrases: Phrases
    retell: Callable[[str], Retold] = as_it_is
    ours: frozenset[str] = field(default_factory=frozenset)
    places: Mapping[str, str] = field(default_factory=dict)
    confidential: Callable[[str], bool] = lambda _text: False

    def sentence(self, text: str, *, private: bool = False) -> Sentence:
        """`text` of the screen as a sentence; what looks private is private in any case."""
        retold = self.retell(text)
        hidden = private or self.confidential(text)
        hidden = hidden or (text not in self.ours and is_private(text))
        return Sentence(said(retold.spanish, self.phrases), hidden, retold.key)

    def own(self, key: str, *, private: bool = False, **values: str) -> Sentence:
        """A sentence that is only heard."""
        if key in self.places:
            return Sentence(said(self.places[key], self.phrases), private)
        told = " ".join(self.phrases.filled(key, **values).split())
        return Sentence(told, private, "" if values else key)


def for_everybody(sentences: Iterable[Sentence], manner: Manner) -> tuple[Sentence, ...]:
    """What the loudspeaker may say: a run of private sentences is one word that they are."""
    public: list[Sentence] = []
    instead = manner.own("speech.for_headphones")
    for each in sentences:
        if not each.private:
            public.append(each)
        elif not public or public[-1] != instead:
            public.append(instead)
    return tuple(public)
