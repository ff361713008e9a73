"""Nothing of the last person is left for the next: in no widget, in no object, on no clipboard."""

import gc
import sys
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from kiosk.flow.facts import Offer, Order, PrintState
from kiosk.flow.person import AttentionClass, Document, Person
from kiosk.flow.states import (
    CertificateReady,
    ChooseService,
    ConfirmName,
    GiveEmail,
    ReadyToPay,
    Terms,
    Welcome,
)
from tests.unit.kiosk_ui.every_state import SERVICES


def secrets() -> tuple[str, ...]:
    """Name, number and address of somebody who exists nowhere else, put together anew each time."""
    return ("".join(["ZUB", "IAURRE"]), "".join(["7319", "4682"]), "".join(["zubi", "@ex.pe"]))


def walk_through(bench: Any) -> None:
    """A whole session of that person, every screen drawn, an address typed."""
    name, number, address = secrets()
    document = Document("01", number, date(1991, 7, 6), name, "ANA")
    person = Person(UUID(int=99), AttentionClass.GENERAL, document)
    offer = Offer(f"{name[:2]}**** ANA", 3770)
    order = Order(UUID(int=98), "A01-00077-Q", 3770, address)
    for at in (
        ChooseService(person, SERVICES),
        Terms(person, SERVICES[0]),
        ConfirmName(person, SERVICES[0], offer),
        GiveEmail(person, SERVICES[0], offer),
    ):
        bench.show(at)
    bench.touch.type_keys(address)
    bench.frames()
    for at in (
        ReadyToPay(person, order),
        CertificateReady(person, order, None, PrintState.PRINTED),
    ):
        bench.show(at)
    bench.touch.touch("finish")
    bench.frames(5)
    bench.engine.posted.clear()
    bench.engine.effects.clear()


def texts_in_memory() -> Iterator[str]:
    """Every text that an object of the program holds."""
    gc.collect()
    for each in gc.get_objects():
        held = each.values() if isinstance(each, dict) else each
        if isinstance(each, dict | list | tuple | set | frozenset):
            yield from (text for text in list(held) if isinstance(text, str))
        else:
            yield from (text for text in gc.get_referents(each) if isinstance(text, str))


def left(bench: Any) -> set[str]:
    """What of the person can still be found, and where."""
    looked_for = secrets()
    widgets = [getattr(each, "text", "") for each in bench.app.root.walk()]
    found = {
        f"{where}: {index}"
        for where, texts in (("widget", widgets), ("memory", texts_in_memory()))
        for text in texts
        for index, secret in enumerate(looked_for)
        if secret in text and text is not secret
    }
    return found


def test_nothing_of_a_person_is_left_after_their_session(bench: Any) -> None:
    walk_through(bench)
    assert bench.touch.screen() == "welcome"
    assert left(bench) == set()


def test_their_memory_goes_back_as_soon_as_they_have_gone(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_back: list[str] = []
    monkeypatch.setattr("kiosk.app.give_back", lambda: given_back.append(bench.touch.screen()))
    walk_through(bench)
    assert given_back == ["welcome"]


def test_nothing_is_ever_put_on_the_clipboard(bench: Any) -> None:
    walk_through(bench)
    assert "kivy.core.clipboard" not in sys.modules
    assert "kivy.uix.textinput" not in sys.modules


@pytest.mark.negative_control
def test_a_screen_that_is_kept_is_caught(bench: Any) -> None:
    kept: list[Any] = []
    bench.app.bind(theme=lambda *_: None)
    remove = bench.app.root.remove_widget
    bench.app.root.remove_widget = lambda widget: (kept.append(bench.engine.state), remove(widget))
    try:
        walk_through(bench)
    finally:
        del bench.app.root.remove_widget
    assert left(bench) != set()
    kept.clear()
    bench.show(Welcome())
