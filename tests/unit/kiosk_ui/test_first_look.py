"""What a reader stumbled over on the first screens: crooked rows, small keys, lost pictures."""

from typing import Any

import pytest

from kiosk.comfort import Comfort
from kiosk.flow.facts import NoTurn, ReadProblem, Typed
from kiosk.flow.identity.states import TypeBirth
from kiosk.flow.states import At, ChooseService, ReadDocument
from kiosk.flow.steps import STEPS
from kiosk.texts.catalogue import FIRST_LANGUAGE, languages, load
from kiosk.theme import MM_PER_PX_22, MM_PER_PX_27
from tests.unit.kiosk_ui.every_state import PERSON, SERVICES

NORMAL, LARGE, LOWERED = Comfort(), Comfort(large=True), Comfort(lowered=True)
PANELS = {"27 inches": MM_PER_PX_27, "22 inches": MM_PER_PX_22}
ALONE = ("read_document", "staff_menu", "guide_page-returns")
TYPED = ("type_number-01", "type_number-04", "type_check", "type_birth", "type_day", "staff_code")


def of(bench: Any, kind: type) -> list[Any]:
    return [each for each in bench.app.page.walk() if isinstance(each, kind)]


# --- one height for all tiles --------------------------------------------------------------------
def uneven(bench: Any) -> list[str]:
    """The tiles that are not as tall as the first, or have another picture; [] when level."""
    from kiosk.widgets.document_tile import DocumentTile

    tiles = of(bench, DocumentTile)
    assert len(tiles) == 6
    first = tiles[0]
    return [
        each.label
        for each in tiles
        if abs(each.height - first.height) > 1 or each.side != first.side
    ]


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize("look", [NORMAL, LARGE, LOWERED], ids=["normal", "large", "lowered"])
def test_documents_to_choose_stand_in_level_rows_with_pictures(
    bench: Any, states: dict[str, At], look: Comfort, panel: str
) -> None:
    from kiosk.widgets.document_tile import DocumentTile

    bench.wear(look, PANELS[panel])
    for name in ("choose_document", "choose_document-read", "follow_kind"):
        bench.show(states[name])
        assert uneven(bench) == []
        assert bench.faults() == []
        if look is not LOWERED:
            assert all(each.side for each in of(bench, DocumentTile))


@pytest.mark.negative_control
def test_a_lower_tile_is_noticed(bench: Any, states: dict[str, At]) -> None:
    from kiosk.widgets.document_tile import DocumentTile

    bench.show(states["choose_document"])
    tile = of(bench, DocumentTile)[2]
    tile.size_hint_y, tile.height = None, tile.height * 0.9
    bench.frames()
    assert uneven(bench) == [tile.label]


# --- a way out that is alone has the whole row ---------------------------------------------------
def way_out(bench: Any) -> tuple[float, float]:
    """How far the only button of the last row is from both edges."""
    from kiosk.widgets.control import controls

    (only,) = [each for each in controls(bench.app.page) if each.name in ("back", "cancel")]
    return round(only.to_window(only.x, 0)[0]), round(1080 - only.to_window(only.right, 0)[0])


@pytest.mark.parametrize("name", ALONE)
def test_a_way_out_that_is_alone_fills_its_row_in_every_look(
    bench: Any, states: dict[str, At], name: str
) -> None:
    bench.show(states[name])
    for look in (NORMAL, LARGE, NORMAL):
        bench.wear(look)
        bench.frames()
        margin = bench.app.theme.margin
        assert way_out(bench) == pytest.approx((margin, margin), abs=2)


@pytest.mark.negative_control
def test_a_gap_beside_it_is_noticed(bench: Any, states: dict[str, At]) -> None:
    from kiosk.widgets.page import Footer

    bench.show(states["read_document"])
    (footer,) = of(bench, Footer)
    footer.alone = False
    bench.frames()
    margin = bench.app.theme.margin
    assert way_out(bench) != pytest.approx((margin, margin), abs=2)


# --- keys with large text ------------------------------------------------------------------------
def key_height(bench: Any) -> float:
    from kiosk.widgets.keyboard import Key

    return min(each.height for each in of(bench, Key))


@pytest.mark.parametrize("panel", PANELS)
def test_large_text_has_no_lower_keys(bench: Any, states: dict[str, At], panel: str) -> None:
    for name in (*TYPED, "give_sequence"):
        bench.wear(NORMAL, PANELS[panel])
        bench.show(states[name])
        usual = key_height(bench)
        bench.wear(LARGE, PANELS[panel])
        bench.show(states[name])
        assert key_height(bench) >= usual, name
        assert bench.faults() == []


@pytest.mark.negative_control
def test_lower_keys_are_noticed(bench: Any, states: dict[str, At]) -> None:
    from kiosk.widgets.keyboard import Keys

    bench.show(states["type_birth"])
    usual = key_height(bench)
    bench.wear(LARGE)
    bench.show(states["type_birth"])
    of(bench, Keys)[0].tall = False
    bench.frames()
    assert key_height(bench) < usual


# --- how to hold the document --------------------------------------------------------------------
def shows_how(bench: Any) -> bool:
    from kiosk.widgets.document_picture import DocumentPicture
    from kiosk.widgets.moving_picture import LEAST_HEIGHT

    (picture,) = of(bench, DocumentPicture)
    return picture.height >= bench.app.theme.px(LEAST_HEIGHT)


@pytest.mark.parametrize("panel", PANELS)
def test_whoever_failed_twice_still_sees_how(bench: Any, panel: str) -> None:
    bench.wear(LARGE, PANELS[panel])
    for problem in ReadProblem:
        bench.show(ReadDocument(PERSON, problem, 2))
        assert shows_how(bench), problem
        assert bench.faults() == []


@pytest.mark.negative_control
def test_a_picture_that_words_pushed_out_is_noticed(bench: Any) -> None:
    from kiosk.widgets.document_picture import DocumentPicture

    bench.wear(LARGE)
    bench.show(ReadDocument(PERSON, ReadProblem.BANK_CARD, 2))
    (picture,) = of(bench, DocumentPicture)
    picture.size_hint_y, picture.size_hint_min_y, picture.height = None, None, 90
    bench.frames()
    assert not shows_how(bench)


def test_one_document_goes_in_at_a_time(bench: Any, states: dict[str, At]) -> None:
    from kiosk.widgets.document_picture import DocumentPicture

    bench.show(states["read_document"])
    (picture,) = of(bench, DocumentPicture)
    drawn: list[str] = []
    picture._draw_card = lambda *_field: drawn.append("card")
    picture._draw_passport = lambda *_field: drawn.append("passport")
    for _round in range(2):
        for phase in (0.4, 0.9, 0.1):
            picture.phase = phase
            picture._draw(0)
    assert [one for one, before in zip(drawn, ["", *drawn], strict=False) if one != before] == [
        "card",
        "passport",
        "card",
    ]
    assert len(drawn) == 6, "never two at once"


def test_where_the_birth_stands_is_shown_on_a_dni_only(bench: Any) -> None:
    from kiosk.widgets.card_picture import CardPicture

    seen = {}
    for kind in ("01", "04", "07"):
        bench.show(TypeBirth(PERSON, Typed(kind, "10203040", "6", then=SERVICES[0])))
        (card,) = of(bench, CardPicture)
        seen[kind] = (card.place, card.passport)
    assert seen == {"01": ("birth", False), "04": ("", False), "07": ("", True)}


# --- days ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", languages())
def test_a_day_is_written_in_one_form_that_cannot_be_read_two_ways(language: str) -> None:
    says = load(language).gettext
    for lead, hint in (
        ("type_birth.lead", "type_birth.hint"),
        ("type_issue.lead", "type_birth.hint"),
        ("type_day.lead", "type_day.hint"),
    ):
        assert not any(each.isdigit() for each in says(lead))
        day, month, year = says(hint).split()[-1].split("/")
        assert (int(day) > 12, int(month) <= 12, len(year)) == (True, True, 4)


# --- services ------------------------------------------------------------------------------------
OF_THE_SERVER = "Solo por la tarde."


def test_a_reason_the_kiosk_does_not_know_is_said_in_the_persons_language(bench: Any) -> None:
    at = ChooseService(PERSON, SERVICES, OF_THE_SERVER, no_turn=NoTurn.OTHER)
    for language in languages():
        bench.app.loc.speak(load(language))
        bench.show(at)
        words = (
            OF_THE_SERVER if language == FIRST_LANGUAGE else load(language).gettext("no_turn.other")
        )
        assert bench.app.page.problem == words


def test_each_turn_has_its_letter_and_no_picture_of_a_receipt(
    bench: Any, states: dict[str, At]
) -> None:
    bench.show(states["choose_service"])
    shown = {each.code: bench.named(f"service:{each.code}") for each in SERVICES[:3]}
    assert [(each.picture, each.series) for each in shown.values()] == [
        ("certificate", ""),
        ("blank_ticket", "R"),
        ("blank_ticket", "C"),
    ]


def test_the_first_screen_promises_the_steps_the_header_counts(bench: Any) -> None:
    from kiosk.screens.start.welcome import Step

    bench.wear(NORMAL)
    steps = of(bench, Step)
    assert [each.number for each in steps] == [str(n + 1) for n in range(len(STEPS))]
    assert all(each.label for each in steps)


def test_a_report_that_is_not_on_paper_explains_nothing(bench: Any, states: dict[str, At]) -> None:
    bench.show(states["staff_tested-no_paper"])
    assert "Falló." in bench.touch.texts()
    assert not any("dice" in each for each in bench.touch.texts())
