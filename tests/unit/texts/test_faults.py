"""Each fault a catalogue can have is found: one sentence is spoilt, and that is what is said."""

from dataclasses import replace

import pytest

from kiosk.texts import faults
from kiosk.texts.sentences import Sentence, put_in_order
from kiosk.texts.standing import DRAFT, Standing, standing

pytestmark = pytest.mark.negative_control

FEE = Sentence("terms.fee", ("Cuesta {fee}.",))
LEAVE = Sentence("idle.leave", ("Terminar",))
TITLE = Sentence("sending.title", ("Estamos enviando\nsu certificado",))
AHEAD = Sentence("ticket.ahead", ("Falta {count} persona", "Faltan {count} personas"), plural=True)
SPANISH = {each.key: each for each in (FEE, LEAVE, TITLE, AHEAD)}


def in_quechua(spanish: Sentence, *forms: str) -> Sentence:
    return Sentence(spanish.key, forms, spanish.plural, (DRAFT,), spanish.forms)


SOUND = {
    each.key: each
    for each in (
        in_quechua(FEE, "Chaninqa {fee}."),
        in_quechua(LEAVE, "Tukuy"),
        in_quechua(TITLE, "Certificadoykita\napachichkayku"),
        in_quechua(AHEAD, "{count} runa", "{count} runakuna"),
    )
}


def found(own: dict[str, Sentence]) -> list[tuple[str, str]]:
    there = faults.of("qu", SPANISH, own, labels={"idle.leave"})
    assert {each.language for each in there} <= {"qu"}
    return [(each.key, each.what) for each in there]


def spoilt(key: str, *forms: str, **changes: object) -> dict[str, Sentence]:
    sentence = replace(SOUND[key], **({"forms": forms} if forms else {}), **changes)
    return SOUND | {key: sentence}


def test_a_sound_catalogue_has_none() -> None:
    assert found(SOUND) == []


def test_a_missing_sentence() -> None:
    without = {key: each for key, each in SOUND.items() if key != "terms.fee"}
    assert found(without) == [("terms.fee", "is missing")]
    assert found(spoilt("terms.fee", "")) == [("terms.fee", "is missing")]
    assert found(spoilt("ticket.ahead", "{count} runa", "")) == [("ticket.ahead", "is missing")]


def test_a_sentence_spanish_does_not_know() -> None:
    assert found(SOUND | {"old.one": Sentence("old.one", ("Mawk’a",))}) == [
        ("old.one", "is not in Spanish")
    ]


@pytest.mark.parametrize(
    ("key", "forms", "what"),
    [
        ("terms.fee", ["Chaninqa {fe}."], "should hold {fee}"),
        ("terms.fee", ["Chaninqa."], "should hold {fee}"),
        ("terms.fee", ["Chaninqa {fee."], "should hold {fee}"),
        ("idle.leave", ["Tukuy {fee}"], "should hold no placeholder"),
        ("ticket.ahead", ["{count} runa", "runakuna"], "should hold {count}"),
        ("ticket.ahead", ["{count} runa"], "has not the forms of the Spanish"),
        ("sending.title", ["Certificadoykita apachichkayku"], "breaks its lines otherwise"),
        ("terms.fee", ["Chaninqa  {fee}."], "has two spaces or a strange one"),
        ("terms.fee", ["Chaninqa\u00a0{fee}."], "has two spaces or a strange one"),
        ("terms.fee", [" Chaninqa {fee}."], "begins or ends a line with a space"),
        ("terms.fee", ["Chaninqa {fee} ."], "has a space before its punctuation"),
        ("terms.fee", ["Chaninqa {fee}..."], "writes three dots instead of …"),
        ("terms.fee", ["Ch'aninqa {fee}."], "has a straight apostrophe instead of ’"),
        ("terms.fee", ["Chaninqa {fee}"], "does not end as the Spanish does (.)"),
        ("terms.fee", ["Chaninqa con {fee}."], "says 'con'"),
        ("terms.fee", ["Chaninqa is {fee}."], "says 'is'"),
        ("idle.leave", ["Terminar"], "is still Spanish"),
        ("idle.leave", ["Tukuypunitukuy"], "has 14 letters of 12"),
    ],
)
def test_a_sentence_said_badly(key: str, forms: list[str], what: str) -> None:
    assert (key, what) in found(spoilt(key, *forms))


def test_the_singular_may_say_one_without_a_figure() -> None:
    assert found(spoilt("ticket.ahead", "huk runa", "{count} runakuna")) == []


def test_spanish_that_changed_after_it_was_translated() -> None:
    assert found(spoilt("idle.leave", source=("Acabar",))) == [
        ("idle.leave", "was made from other Spanish words")
    ]


@pytest.mark.parametrize(
    "marks",
    [
        (),
        ("reviewed by: Rosa Mamani Quispe",),
        ("reviewed by: , 2027-03-01",),
        ("reviewed by: Rosa Mamani Quispe, 2027-02-30",),
        (DRAFT, "reviewed by: Rosa Mamani Quispe, 2027-03-01"),
    ],
)
def test_a_sentence_that_is_neither_a_draft_nor_reviewed(marks: tuple[str, ...]) -> None:
    assert found(spoilt("idle.leave", marks=marks)) == [
        ("idle.leave", "is neither a draft nor reviewed")
    ]


def test_a_reviewed_sentence_is_known_and_accepted() -> None:
    marks = ("reviewed by: Rosa Mamani Quispe, 2027-03-01", "another word of the translator")
    assert standing(marks) is Standing.REVIEWED
    assert found(spoilt("idle.leave", marks=marks)) == []


def test_a_key_no_screen_says_and_a_key_no_catalogue_has() -> None:
    told = faults.unused(SPANISH, ["terms.fee", "idle.leave", "sending.title", "idle.stay"])
    assert [(each.key, each.what) for each in told] == [
        ("ticket.ahead", "is said by no screen"),
        ("idle.stay", "is missing"),
    ]


def test_a_translation_keeps_the_spanish_it_was_made_from_when_the_file_is_put_in_order() -> None:
    old = {"idle.leave": replace(SOUND["idle.leave"], source=("Acabar",))}
    ordered = {each.key: each for each in put_in_order(SPANISH, old, (DRAFT,))}
    assert list(ordered) == list(SPANISH)
    assert ordered["idle.leave"].source == ("Acabar",)
    assert ordered["terms.fee"] == Sentence("terms.fee", ("",), False, (DRAFT,), FEE.forms)
