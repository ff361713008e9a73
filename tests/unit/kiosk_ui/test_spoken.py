"""Every screen can be heard: its title, what it says, each control; nothing that is no words."""

import re
from typing import Any

import pytest

from kiosk.flow.states import At, Welcome
from kiosk.speech.manner import Manner, for_everybody
from kiosk.speech.sentence import Sentence
from kiosk.speech.words import said
from kiosk.texts.catalogue import read

KEYS = {each if isinstance(each, str) else each[0] for each in (row.id for row in read("es"))} - {
    ""
}
NO_WORDS = re.compile(r"[<>*_@…/|]|\{\w*\}|\bS/")


@pytest.fixture
def manner(bench: Any) -> Manner:
    from kiosk.widgets.spoken_binding import manner_of

    return manner_of("es")


def heard(front: Any, manner: Any) -> list[str]:
    from kiosk.widgets.spoken import spoken

    return [each.text for each in spoken(front, manner)]


def speech_faults(front: Any, manner: Any) -> list[str]:
    """What somebody who only listens would not learn of `front`, in words."""
    from kivy.uix.label import Label

    from kiosk.widgets.control import controls, shown
    from kiosk.widgets.header import Header
    from kiosk.widgets.keyboard import Key
    from kiosk.widgets.words import Title

    texts = heard(front, manner)
    whole = " ".join(texts)
    found = [] if whole else ["it says nothing"]
    titles = [each for each in shown(front) if isinstance(each, Title) and each.text]
    words = [each for each in shown(front) if isinstance(each, Label) and each.text]
    band = [each for each in front.walk() if isinstance(each, Header)]
    head = {id(each) for header in band for each in header.walk()}
    first = (titles or [each for each in words if id(each) not in head])[:1]
    found += [f"title not heard: {each.text}" for each in first if say(each, manner) not in whole]
    ways = [each for each in controls(front) if not isinstance(each, Key)]
    live = [each for each in ways if not each.disabled]
    if ways and not live and manner.phrases.say("speech.no_choices") not in texts:
        found.append("not heard: that nothing can be chosen")
    places = [whole.rfind(said(each.label, manner.phrases)) for each in ways]
    places = places if live else []
    found += [f"not heard: {way.name}" for way, at in zip(ways, places, strict=False) if at < 0]
    for way in ways:
        if way.disabled and way.reason and said(way.reason, manner.phrases) not in whole:
            found.append(f"no reason heard: {way.name}")
    found += [f"a raw key: {each}" for each in texts if KEYS & set(each.split())]
    found += [f"a raw key: {each.text}" for each in words if each.text in KEYS]
    found += [f"no words: {each}" for each in texts if NO_WORDS.search(each)]
    return found


def say(label: Any, manner: Any) -> str:
    return said(label.text, manner.phrases)


def order_faults(front: Any, manner: Any) -> list[str]:
    """Controls that are heard in another order than the ring goes."""
    from kiosk.widgets.control import controls
    from kiosk.widgets.keyboard import Key

    texts = heard(front, manner)
    begin = next((at for at, each in enumerate(texts) if each.startswith("Hay ")), len(texts))
    ways = [each for each in controls(front) if not isinstance(each, Key)]
    names = [each.label for each in ways] if any(not each.disabled for each in ways) else []
    at = begin
    for name in names:
        spoken_name = said(name, manner.phrases)
        later = [place for place in range(at, len(texts)) if texts[place].startswith(spoken_name)]
        if not later:
            return [f"out of order: {name}"]
        at = later[0] + 1
    return []


@pytest.mark.parametrize(
    "every", [False, pytest.param(True, marks=pytest.mark.thorough)], ids=["one a screen", "all"]
)
def test_every_screen_says_its_title_its_words_and_its_controls(
    bench: Any, states: dict[str, At], manner: Any, every: bool
) -> None:
    one_each = {type(at): name for name, at in states.items()}.values()
    faults = {}
    for name, at in states.items():
        if not every and name not in one_each:
            continue
        bench.show(at)
        page = bench.app.page
        faults[name] = speech_faults(page, manner) + order_faults(page, manner)
    assert {name: found for name, found in faults.items() if found} == {}


@pytest.mark.negative_control
def test_a_screen_without_a_spoken_control_is_caught(
    bench: Any, states: dict[str, At], manner: Any
) -> None:
    bench.show(states["terms"])
    bench.named("accept").label = ""
    bench.named("accept").children[0].opacity = 1
    silent = [each for each in heard(bench.app.page, manner) if "Acepto" in each]
    assert silent == []
    bench.show(Welcome())
    for child in bench.app.page.children:
        child.opacity = 0
    assert "it says nothing" in speech_faults(bench.app.page, manner)


@pytest.mark.negative_control
def test_signs_and_raw_keys_are_caught(bench: Any, states: dict[str, At], manner: Any) -> None:
    from kiosk.widgets.words import Lead

    bench.show(states["choose_service-refused"])
    lead = next(each for each in bench.app.page.walk() if isinstance(each, Lead))
    lead.text = "welcome.title"
    assert any("a raw key" in each for each in speech_faults(bench.app.page, manner))
    lead.text = "mire | aquí"
    assert any("no words" in each for each in speech_faults(bench.app.page, manner))


def test_the_keys_of_a_keyboard_are_not_read_out_one_by_one(
    bench: Any, states: dict[str, At], manner: Any
) -> None:
    bench.show(states["give_email"])
    texts = heard(bench.app.page, manner)
    assert len(texts) < 15
    assert any("Para escribir" in each for each in texts)


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("confirm_name", "P R"),
        ("choose_service", "P R"),
        ("certificate_ready-printed", "example"),
        ("certificate_ready-printed", "A 0 1"),
        ("holds_claim-printed", "7 K Q 2"),
        ("email_corrected", "example"),
    ],
)
def test_the_loudspeaker_says_nothing_of_the_person(
    bench: Any, states: dict[str, At], manner: Any, name: str, secret: str
) -> None:
    from kiosk.widgets.spoken import spoken

    bench.show(states[name])
    everything = spoken(bench.app.page, manner)
    assert secret in " ".join(each.text for each in everything), "headphones say it"
    public = for_everybody(everything, manner)
    assert secret not in " ".join(each.text for each in public)
    assert any("Conecte audífonos" in each.text for each in public)
    assert not any(each.private for each in public)


def test_what_was_typed_is_private(bench: Any, states: dict[str, At], manner: Any) -> None:
    from kiosk.widgets.spoken import spoken, spoken_control

    bench.show(states["give_email"])
    assert Sentence("Todavía no escribió nada.", False, "speech.nothing_typed") in spoken(
        bench.app.page, manner
    )
    bench.touch.type_keys("ana@")
    bench.frames()
    assert Sentence("Escrito: A N A arroba", True) in spoken(bench.app.page, manner)
    assert spoken_control(bench.named("key:g"), manner) == (Sentence("G", True),)
    assert spoken_control(bench.named("key:@"), manner) == (Sentence("arroba", True),)
    assert spoken_control(bench.named("key:@gmail.com"), manner) == (
        Sentence("arroba gmail punto com", True),
    )


def test_a_turn_and_an_amount_are_said_as_people_say_them(
    bench: Any, states: dict[str, At], manner: Any
) -> None:
    bench.show(states["ticket_ready-printed"])
    texts = heard(bench.app.page, manner)
    assert "J, 0 42" in " ".join(texts)
    bench.show(states["ready_to_pay"])
    assert "Precio del certificado: 37 soles con 70" in heard(bench.app.page, manner)


def test_a_disabled_control_says_why(bench: Any, states: dict[str, At], manner: Any) -> None:
    bench.show(states["paying_by_card"])
    texts = heard(bench.app.page, manner)
    at = texts.index(manner.phrases.say("speech.no_choices"))
    assert texts[at + 1] == "Para cancelar, use la tecla roja del terminal"
    bench.show(states["ready_to_pay"])
    bench.named("pay").disabled = True
    texts = heard(bench.app.page, manner)
    at = texts.index("Pagar con tarjeta: ahora no se puede.")
    assert texts[at + 1] == bench.named("pay").reason


def test_every_picture_that_moves_has_words(bench: Any) -> None:
    from kiosk.widgets.moving_picture import MovingPicture
    from kiosk.widgets.spoken import PICTURES

    def kinds(of: type[Any]) -> set[type[Any]]:
        return {each for below in of.__subclasses__() for each in {below, *kinds(below)}}

    assert {each for each in kinds(MovingPicture) if not hasattr(each, "speech")} <= set(PICTURES)
