"""What a screen says aloud: the words that can be seen on it, then what can be chosen.

The rule for every widget is here: a label says its text, a picture the words of `PICTURES`, and
any widget with a text property `speech` says that in place of what is inside it. What only
decorates says nothing.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from kivy.uix.label import Label
from kivy.uix.widget import Widget

from kiosk.speech.manner import Manner
from kiosk.speech.sentence import Sentence
from kiosk.speech.words import character, letters, may_be_called, said
from kiosk.widgets.address import Address
from kiosk.widgets.control import Control, controls
from kiosk.widgets.document_picture import DocumentPicture
from kiosk.widgets.email_fact import EmailFact
from kiosk.widgets.header import Header
from kiosk.widgets.keyboard import Key, Keys
from kiosk.widgets.number_panel import NumberPanel
from kiosk.widgets.qr_picture import QrPicture
from kiosk.widgets.terminal_picture import TerminalPicture
from kiosk.widgets.toolbar import Tool, Toolbar
from kiosk.widgets.typed_line import TypedLine

PICTURES: dict[type[Widget], str] = {
    DocumentPicture: "speech.document_picture",
    TerminalPicture: "speech.terminal_picture",
    QrPicture: "speech.qr_picture",
}
FIRST_SCREENS = ("welcome", "out_of_service")
"""Where the institution says its name."""


def spoken(front: Any, manner: Manner) -> tuple[Sentence, ...]:
    """Everything `front` (a page, or what lies over it) says, in the order it is to be heard."""
    words = [each for each in _words(front, manner, front) if each.text]
    return (*words, *_choices(front, manner))


def spoken_control(control: Control, manner: Manner) -> tuple[Sentence, ...]:
    """What a control says when the ring comes to it: its words, and why it cannot be chosen now.

    The keys of a keyboard are private: who hears the keys knows what is typed.
    """
    phrases = manner.phrases
    if isinstance(control, Key):
        name = control.label
        text = character(name, phrases) if len(name) == 1 else said(name, phrases)
        return (Sentence(text, private=True),)
    label = manner.sentence(control.label)
    if isinstance(control, Tool) and control.on:
        return (manner.own("speech.is_on", what=label.text),)
    if control.disabled:
        parts = (manner.own("speech.not_now", what=label.text, private=label.private),)
        return (*parts, manner.sentence(control.reason)) if control.reason else parts
    more = [getattr(control, name, "") for name in ("note", "who")]
    return (label, *(manner.sentence(each) for each in more if each))


def spoken_tools(bar: Any, manner: Manner) -> tuple[Sentence, ...]:
    """The bar at the foot in one sentence: it is the same on every screen."""
    names = [manner.sentence(each.label).text for each in controls(bar)]
    return (manner.own("speech.tools", tools=", ".join(names)),) if names else ()


def _choices(front: Any, manner: Manner) -> Iterator[Sentence]:
    found = controls(front)
    ways = [each for each in found if not isinstance(each, Key | Tool)]
    if any(isinstance(each, Key) for each in found):
        yield manner.own("speech.keyboard")
    if ways:
        yield Sentence(manner.phrases.plural("speech.choices", len(ways)))
    for each in ways:
        yield from spoken_control(each, manner)


# --- what is only read ---------------------------------------------------------------------------
def _words(widget: Any, manner: Manner, front: Any) -> Iterator[Sentence]:
    if widget.opacity <= 0 or widget.width <= 0 or widget.height <= 0:
        return
    rule = next((RULES[kind] for kind in type(widget).__mro__ if kind in RULES), None)
    own = getattr(widget, "speech", "")
    if isinstance(own, str) and own:
        yield manner.sentence(own)
    elif rule is not None:
        yield from rule(widget, manner, front)
    else:
        for child in reversed(widget.children):
            yield from _words(child, manner, front)


Rule = Callable[[Any, Manner, Any], Iterable[Sentence]]


def _label(label: Label, manner: Manner, _front: Any) -> Iterable[Sentence]:
    return (manner.sentence(label.text),) if label.text else ()


def _picture(picture: Widget, manner: Manner, _front: Any) -> Iterable[Sentence]:
    if isinstance(picture, QrPicture) and not picture.text:
        return ()
    return (manner.own(PICTURES[type(picture)]),)


def _header(header: Header, manner: Manner, front: Any) -> Iterable[Sentence]:
    if getattr(front, "name", "") not in FIRST_SCREENS:
        return
    for child in reversed(header.children):
        yield from _words(child, manner, front)


def _number(panel: NumberPanel, manner: Manner, _front: Any) -> Iterable[Sentence]:
    hidden = not may_be_called(panel.number)
    caption, number = manner.sentence(panel.caption), manner.sentence(panel.number)
    if caption.text and number.text:
        both = {"what": caption.text, "value": number.text}
        yield manner.own("speech.pair", private=hidden, **both)
    else:
        yield Sentence(caption.text or number.text, private=hidden)
    yield from (manner.sentence(each) for each in (panel.detail, panel.note) if each)


def _typed(line: TypedLine, manner: Manner, _front: Any) -> Iterable[Sentence]:
    if not line.typed:
        return (manner.own("speech.nothing_typed"),)
    typed = letters(line.typed, manner.phrases)
    return (manner.own("speech.typed", what=typed, private=True),)


def _email(fact: EmailFact, manner: Manner, _front: Any) -> Iterable[Sentence]:
    if not fact.email:
        return (manner.sentence(fact.otherwise),) if fact.otherwise else ()
    return (manner.sentence(fact.say), manner.sentence(fact.email, private=True))


def _address(words: Address, manner: Manner, _front: Any) -> Iterable[Sentence]:
    return (manner.sentence(words.address, private=True),) if words.address else ()


def _nothing(_widget: Widget, _manner: Manner, _front: Any) -> Iterable[Sentence]:
    return ()


RULES: dict[type[Any], Rule] = {
    Header: _header,
    NumberPanel: _number,
    TypedLine: _typed,
    EmailFact: _email,
    Address: _address,
    Control: _nothing,
    Keys: _nothing,
    Toolbar: _nothing,
    Label: _label,
    **dict.fromkeys(PICTURES, _picture),
}
