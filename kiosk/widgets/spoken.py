"""What a screen says aloud: the words that can be seen on it, then what can be chosen.

The rule for every widget is here: a label says its text, a picture the words of `PICTURES`, and
any widget with a text property `speech` says that in place of what is inside it. One with `heard`
says the sentences of these keys: how to do by touch what the words explain to the eye. One with
`heard_first` is heard before all the rest, a control with `heard_more` says these too, and the
note of a number with `heard_note` says these instead. What only decorates says nothing.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from kivy.uix.label import Label
from kivy.uix.widget import Widget

from kiosk.speech.manner import Manner
from kiosk.speech.sentence import Sentence
from kiosk.speech.words import character, is_money, letters, may_be_called, said
from kiosk.widgets.address import Address
from kiosk.widgets.cash_picture import CashPicture
from kiosk.widgets.control import Control, controls, shown
from kiosk.widgets.digit_pad import CheckPad, DigitPad
from kiosk.widgets.document_picture import DocumentPicture
from kiosk.widgets.email_fact import EmailFact
from kiosk.widgets.fact import Fact
from kiosk.widgets.header import Header
from kiosk.widgets.keyboard import Key, Keyboard, Keys, NumberKeyboard
from kiosk.widgets.number_panel import NumberPanel
from kiosk.widgets.progress_line import ProgressLine
from kiosk.widgets.qr_picture import QrPicture
from kiosk.widgets.terminal_picture import TerminalPicture
from kiosk.widgets.toolbar import Tool, Toolbar
from kiosk.widgets.typed_line import TypedLine

PICTURES: dict[type[Widget], str] = {
    DocumentPicture: "speech.document_picture speech.place_reader",
    TerminalPicture: "speech.terminal_picture speech.place_terminal",
    CashPicture: "speech.place_cash",
    QrPicture: "speech.qr_picture",
}
"""The keys of what is said of each."""

KEYBOARDS: dict[type[Keys], str] = {
    Keyboard: "speech.keyboard_email",
    NumberKeyboard: "speech.keyboard_capitals",
    DigitPad: "speech.keyboard_digits",
    CheckPad: "speech.keyboard_check",
}
"""In which order the keys of each stand."""

FIRST_SCREENS = ("welcome", "out_of_service")
"""Where the institution says its name."""


def spoken(front: Any, manner: Manner) -> tuple[Sentence, ...]:
    """Everything `front` (a page, or what lies over it) says, in the order it is to be heard."""
    first = _first(front, manner)
    words = [each for each in _words(front, manner, front) if each.text and each not in first]
    return (*first, *words, *_choices(front, manner))


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
        return (*parts, *_why_not(control, manner))
    more = [getattr(control, name, "") for name in ("note", "who")]
    besides = (manner.own(key) for key in _keys(control, "heard_more"))
    return (label, *(manner.sentence(each) for each in more if each), *besides)


def _why_not(control: Control, manner: Manner) -> tuple[Sentence, ...]:
    """Why a control cannot be chosen now."""
    if control.reason:
        return (manner.sentence(control.reason),)
    return tuple(manner.own(key) for key in _heard(control))


def is_waiting(front: Any) -> bool:
    """Whether the kiosk works and nothing can be chosen: silence would sound like a crash."""
    ways = controls(front)
    moves = any(isinstance(each, ProgressLine) and each.moving for each in shown(front))
    return (bool(ways) or moves) and all(each.disabled for each in ways)


def spoken_tools(bar: Any, manner: Manner) -> tuple[Sentence, ...]:
    """The bar at the foot in one sentence: it is the same on every screen."""
    names = [manner.sentence(each.label).text for each in controls(bar)]
    return (manner.own("speech.tools", tools=", ".join(names)),) if names else ()


def _choices(front: Any, manner: Manner) -> Iterator[Sentence]:
    found = controls(front)
    ways = [each for each in found if not isinstance(each, Key | Tool)]
    if any(isinstance(each, Key) for each in found):
        yield manner.own("speech.keyboard")
        kinds = [type(each) for each in shown(front) if isinstance(each, Keys)]
        yield from (manner.own(KEYBOARDS[kind]) for kind in kinds if kind in KEYBOARDS)
    live = [each for each in ways if not each.disabled]
    if live:
        yield Sentence(manner.phrases.plural("speech.choices", len(live)))
        for each in ways:
            yield from spoken_control(each, manner)
    elif ways:
        yield manner.own("speech.no_choices")
        yield from dict.fromkeys(each for way in ways for each in _why_not(way, manner))


# --- what is only read ---------------------------------------------------------------------------
def _first(front: Any, manner: Manner) -> tuple[Sentence, ...]:
    """What is wrong with what was typed, and what that was; or what became of the last try."""
    found = [manner.sentence(each.say) for each in _mistakes(front)]
    for each in shown(front):
        if getattr(each, "heard_first", False) or (found and isinstance(each, TypedLine)):
            found += [one for one in _words(each, manner, front) if one.text]
    return tuple(dict.fromkeys(found))


def _words(widget: Any, manner: Manner, front: Any) -> Iterator[Sentence]:
    if widget.opacity <= 0 or widget.width <= 0 or widget.height <= 0:
        return
    rule = next((RULES[kind] for kind in type(widget).__mro__ if kind in RULES), None)
    own, instead = getattr(widget, "speech", ""), _heard(widget)
    if instead and not isinstance(widget, Control):
        yield from (manner.own(key) for key in instead)
    elif isinstance(own, str) and own:
        yield manner.sentence(own)
    elif rule is not None:
        yield from rule(widget, manner, front)
    else:
        for child in reversed(widget.children):
            yield from _words(child, manner, front)


def _heard(widget: Any) -> list[str]:
    """The keys of what is said in place of what is seen."""
    return _keys(widget, "heard")


def _keys(widget: Any, name: str) -> list[str]:
    return str(getattr(widget, name, "")).split()


def _mistakes(front: Any) -> list[Fact]:
    """What is wrong with what was typed; it is heard before anything else."""
    seen = list(shown(front))
    if not any(isinstance(each, TypedLine) and each.wrong for each in seen):
        return []
    return [each for each in seen if isinstance(each, Fact) and each.picture == "alert"]


Rule = Callable[[Any, Manner, Any], Iterable[Sentence]]


def _label(label: Label, manner: Manner, _front: Any) -> Iterable[Sentence]:
    return (manner.sentence(label.text),) if label.text else ()


def _picture(picture: Widget, manner: Manner, _front: Any) -> Iterable[Sentence]:
    if isinstance(picture, QrPicture) and not picture.text:
        return ()
    return [manner.own(key) for key in PICTURES[type(picture)].split()]


def _header(header: Header, manner: Manner, front: Any) -> Iterable[Sentence]:
    if getattr(front, "name", "") not in FIRST_SCREENS:
        called = header.call_key(header.help)
        yield from (manner.own(called),) if called else ()
        return
    for child in reversed(header.children):
        yield from _words(child, manner, front)


def _number(panel: NumberPanel, manner: Manner, _front: Any) -> Iterable[Sentence]:
    caption, number = manner.sentence(panel.caption), manner.sentence(panel.number)
    called = not panel.number or may_be_called(panel.number)
    hidden = caption.private or not called
    if caption.text and number.text:
        both = {"what": caption.text, "value": number.text}
        yield manner.own("speech.pair", private=hidden, **both)
    else:
        yield Sentence(caption.text or number.text, private=hidden)
    instead = _keys(panel, "heard_note") if panel.note else []
    seen = (panel.detail,) if instead else (panel.detail, panel.note)
    yield from (manner.sentence(each) for each in seen if each)
    yield from (manner.own(key) for key in instead)
    if panel.number and not is_money(panel.number):
        yield manner.own("speech.hear_again")


def _typed(line: TypedLine, manner: Manner, _front: Any) -> Iterable[Sentence]:
    if not line.typed:
        return () if line.wrong else (manner.own("speech.nothing_typed"),)
    typed = letters(line.typed, manner.phrases)
    return (manner.own("speech.typed", what=typed, private=True),)


def _email(fact: EmailFact, manner: Manner, _front: Any) -> Iterable[Sentence]:
    if not fact.email:
        return (manner.sentence(fact.otherwise),) if fact.otherwise else ()
    told = (manner.sentence(fact.say), manner.sentence(fact.email, private=True))
    if "*" in fact.email:
        return told
    spelt = letters(fact.email, manner.phrases)
    return (*told, manner.own("speech.letter_by_letter", private=True, what=spelt))


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
