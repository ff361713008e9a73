"""Every screen for every state: legible, reachable, and touching it says exactly one thing."""

from dataclasses import replace
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import pytest

from kiosk.comfort import Comfort
from kiosk.flow.effects import IssueTicket
from kiosk.flow.states import At, ChooseService, TicketReady, Welcome
from kiosk.flow.touches import (
    Accept,
    Back,
    Cancel,
    Choose,
    Confirm,
    Finish,
    GaveEmail,
    GaveNumber,
    GaveSequence,
    HasNoEmail,
    OtherDay,
    Pay,
    SendMeAgain,
    Start,
    TakeTurn,
    TypedDay,
    UseVoucher,
)
from kiosk.flow.world import Part, PartState
from kiosk.order import Means
from kiosk.texts.catalogue import languages
from kiosk.theme import MM_PER_PX_22, MM_PER_PX_27, Theme

LOOKS = {
    "normal": Comfort(),
    "large": Comfort(large=True),
    "contrast": Comfort(contrast=True),
    "lowered": Comfort(lowered=True),
    "large and lowered": Comfort(large=True, lowered=True),
}
PANELS = {"27 inches": MM_PER_PX_27, "22 inches": MM_PER_PX_22}


def faults_of(bench: Any, states: dict[str, At]) -> dict[str, list[str]]:
    """What is wrong with each of these screens as everybody finds them now."""
    from kiosk.screens.table import SCREENS

    faults = {}
    for name, at in states.items():
        bench.show(at)
        assert type(bench.app.page) is SCREENS[type(at)], name
        faults[name] = bench.faults()
    return {name: found for name, found in faults.items() if found}


def one_a_screen(states: dict[str, At]) -> dict[str, At]:
    return dict({type(at): (name, at) for name, at in states.items()}.values())


@pytest.mark.parametrize(
    ("panel", "comfort"),
    [
        pytest.param(MM_PER_PX_22, Comfort(large=True), id="the tightest"),
        pytest.param(MM_PER_PX_27, Comfort(contrast=True, lowered=True), id="dark and low"),
    ],
)
def test_every_kind_of_screen_can_be_read_reached_and_hit(
    bench: Any, states: dict[str, At], panel: float, comfort: Comfort
) -> None:
    bench.wear(comfort, panel)
    assert faults_of(bench, one_a_screen(states)) == {}


@pytest.mark.thorough
@pytest.mark.timeout(900)
@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("panel", PANELS)
def test_everything_can_be_read_reached_and_hit_in_every_look_and_language(
    bench: Any, states: dict[str, At], panel: str, look: str, language: str
) -> None:
    bench.wear(LOOKS[look].in_language(language), PANELS[panel])
    assert faults_of(bench, states) == {}


def test_every_state_of_the_flow_has_its_screen(bench: Any) -> None:
    from kiosk.screens.table import SCREENS

    assert set(SCREENS) == set(get_args(At))


def test_every_state_is_tried_here(states: dict[str, At]) -> None:
    assert {type(each) for each in states.values()} == set(get_args(At))


@pytest.mark.negative_control
def test_a_button_below_twenty_millimetres_is_caught(bench: Any, states: dict[str, At]) -> None:
    bench.show(states["read_document"])
    button = next(each for each in bench.app.page.walk() if getattr(each, "name", "") == "cancel")
    button.height = 19 / bench.app.theme.mm_per_px
    assert "too small to touch: cancel" in bench.faults()


@pytest.mark.negative_control
def test_a_clipped_sentence_is_caught(bench: Any, states: dict[str, At]) -> None:
    bench.show(states["taking_turn"])
    label = next(each for each in bench.app.page.walk() if "pidiendo" in getattr(each, "text", ""))
    label.height = label.texture_size[1] / 2
    assert any(fault.startswith("clipped") for fault in bench.faults())


@pytest.mark.negative_control
def test_a_control_above_the_reach_is_caught(bench: Any) -> None:
    bench.show(Welcome())
    button = next(each for each in bench.app.page.walk() if getattr(each, "name", "") == "start")
    button.top = 0.7 * bench.app.root.height
    assert "too high to reach: start" in bench.faults()


def test_starting_mints_a_fresh_session_each_time(bench: Any) -> None:
    for _ in range(2):
        bench.show(Welcome())
        bench.touch.touch("start")
        bench.frames()
    first, second = bench.engine.posted
    assert isinstance(first, Start)
    assert not first.preferential
    assert first.session.version == 4
    assert first.session != second.session


def test_preferential_attention_is_one_touch_and_nothing_is_asked(bench: Any) -> None:
    bench.touch.touch("start_preferential")
    (event,) = bench.engine.posted
    assert event == Start(event.session, preferential=True)
    bench.frames()
    assert bench.touch.screen() == "read_document"


TOUCHES = [
    ("read_document", "cancel", Cancel()),
    ("choose_service", "cancel", Cancel()),
    ("choose_service", "back", Back()),
    ("choose_service", "service:review", Choose("review")),
    ("ticket_ready-printed", "finish", Finish()),
    ("ticket_ready-unknown", "finish", Finish()),
    ("terms", "accept", Accept()),
    ("terms", "back", Back()),
    ("terms", "cancel", Cancel()),
    ("cannot_apply-data_mismatch", "take_turn", TakeTurn()),
    ("cannot_apply-already_valid", "finish", Finish()),
    ("cannot_apply-in_force", "send_again", SendMeAgain()),
    ("cannot_apply-in_force", "take_turn", TakeTurn()),
    ("cannot_apply-in_force", "finish", Finish()),
    ("give_number", "continue", GaveNumber("")),
    ("give_number-too_often", "back", Back()),
    ("give_number", "cancel", Cancel()),
    ("give_email-new", "continue", GaveEmail("")),
    ("email_corrected", "finish", Finish()),
    ("give_email-again", "continue", GaveEmail("")),
    ("give_email-again", "back", Back()),
    ("confirm_name", "confirm", Confirm()),
    ("confirm_name", "back", Back()),
    ("confirm_name", "cancel", Cancel()),
    ("give_email", "continue", GaveEmail("")),
    ("give_email", "no_email", HasNoEmail()),
    ("without_email", "continue", GaveEmail(None)),
    ("give_email", "back", Back()),
    ("give_email", "cancel", Cancel()),
    ("ready_to_pay", "pay", Pay()),
    ("ready_to_pay-declined", "pay", Pay()),
    ("ready_to_pay", "pay_cash", Pay(Means.CASH)),
    ("ready_to_pay", "pay_wallet", Pay(Means.WALLET)),
    ("ready_to_pay", "use_voucher", UseVoucher()),
    ("give_sequence", "continue", GaveSequence("")),
    ("give_sequence", "back", Back()),
    ("give_day", "cancel", Cancel()),
    ("give_day", "other_day", OtherDay()),
    ("type_day", "continue", TypedDay("")),
    ("type_day", "back", Back()),
    ("payment_waits-printed", "finish", Finish()),
    ("paying_by_wallet-shown", "cancel", Cancel()),
    ("paying_by_cash", "cancel", Cancel()),
    ("goes_on-working", "finish", Finish()),
    ("goes_on-in_doubt", "take_turn", TakeTurn()),
    ("holds_claim-printed", "finish", Finish()),
    ("ready_to_pay", "cancel", Cancel()),
    ("payment_unknown-printed", "finish", Finish()),
    ("certificate_ready-printed", "finish", Finish()),
    ("in_review-printed", "take_turn", TakeTurn()),
    ("in_review-unknown", "finish", Finish()),
    ("still_working-not_printed", "finish", Finish()),
    ("paid_but_refused-printed", "finish", Finish()),
]


def test_a_touch_says_exactly_one_thing(bench: Any, states: dict[str, At]) -> None:
    said = []
    for state, control, _event in TOUCHES:
        bench.show(states[state])
        bench.touch.touch(control)
        said.append((state, control, *bench.engine.posted))
        bench.engine.posted.clear()
        bench.engine.queue.clear()
    assert said == TOUCHES


def test_a_disabled_control_stays_in_sight_and_says_why(bench: Any, states: dict[str, At]) -> None:
    from kiosk.touch import ControlDisabled, NoSuchControl

    bench.show(states["taking_turn"])
    assert bench.touch.controls() == []
    assert "Espere: su turno ya está en camino" in bench.touch.texts()
    with pytest.raises(ControlDisabled, match="su turno ya está en camino"):
        bench.touch.touch("cancel")
    with pytest.raises(NoSuchControl, match="start"):
        bench.touch.touch("start")
    bench.show(states["ticket_ready-printing"])
    with pytest.raises(ControlDisabled, match="Espere a que salga su papel"):
        bench.touch.touch("finish")
    assert bench.engine.posted == []


def test_a_finger_that_slides_off_a_button_chooses_nothing(bench: Any) -> None:
    from kivy.base import EventLoop

    from kiosk.touch import Finger

    start = next(each for each in bench.app.page.walk() if getattr(each, "name", "") == "start")
    finger = Finger(*start.center)
    EventLoop.post_dispatch_input("begin", finger)
    assert start.state == "down"
    assert start.coat == bench.app.theme.palette.primary_down
    finger.move((0.5, 0.95))
    EventLoop.post_dispatch_input("update", finger)
    EventLoop.post_dispatch_input("end", finger)
    assert bench.engine.posted == []


def test_the_way_back_is_not_offered_while_the_reader_is_down(
    bench: Any, states: dict[str, At]
) -> None:
    bench.put_world(parts=((Part.READER, PartState(False)),))
    bench.show(states["choose_service-unread"])
    assert "back" not in bench.touch.controls()
    assert "cancel" in bench.touch.controls()
    assert bench.faults() == []


def test_services_that_do_not_fit_come_after_a_touch(bench: Any, states: dict[str, At]) -> None:
    bench.show(states["choose_service"], Theme().with_large_text(True))
    seen: set[str] = set()
    for _ in range(5):
        seen |= {name for name in bench.touch.controls() if name.startswith("service:")}
        assert bench.faults() == []
        bench.touch.touch("more")
        bench.frames()
    at = states["choose_service"]
    assert isinstance(at, ChooseService)
    assert seen == {f"service:{service.code}" for service in at.services}


def test_names_are_masked(bench: Any, states: dict[str, At]) -> None:
    bench.show(states["choose_service"])
    said = " ".join(bench.touch.texts())
    assert "PR**** JUAN" in said
    assert "PRADO" not in said
    assert "10203040" not in said


@pytest.mark.parametrize(
    ("attempts", "helped"), [(1, False), (2, True), (3, True)], ids=lambda each: str(each)
)
def test_after_two_attempts_the_staff_is_named(
    bench: Any, states: dict[str, At], attempts: int, helped: bool
) -> None:
    bench.show(replace(states["read_document-unreadable-1"], attempts=attempts))  # pyright: ignore[reportArgumentType]
    said = bench.touch.texts()
    assert "Vuelva a pasar su documento" in said
    assert any("personal del módulo" in each for each in said) is helped


@pytest.mark.parametrize(
    ("paper", "words"),
    [
        ("printing", "Imprimiendo su turno"),
        ("printed", "Recoja su papel"),
        ("not_printed", "Anote o fotografíe su número"),
        ("unknown", "No sabemos si el papel salió bien. Su turno vale igual."),
    ],
)
def test_the_fate_of_the_slip_is_said(
    bench: Any, states: dict[str, At], paper: str, words: str
) -> None:
    bench.show(states[f"ticket_ready-{paper}"])
    said = bench.touch.texts()
    assert words in said
    assert {"J-042", "Faltan 7 personas", "Atención preferencial"} <= set(said)


def test_nothing_of_the_last_person_is_left_after_finishing(
    bench: Any, states: dict[str, At]
) -> None:
    at = states["ticket_ready-printed"]
    assert isinstance(at, TicketReady)
    bench.show(at)
    bench.touch.touch("finish")
    bench.frames()
    assert bench.touch.screen() == "welcome"
    assert at.ticket.number not in [getattr(each, "text", "") for each in bench.app.root.walk()]


def test_a_whole_journey_by_touch_asks_for_one_turn(bench: Any, states: dict[str, At]) -> None:
    from kiosk.flow.events import DocumentTaken

    bench.touch.touch("start")
    bench.frames()
    assert bench.touch.screen() == "read_document"
    at = states["choose_service"]
    assert isinstance(at, ChooseService)
    assert at.person.document is not None
    bench.engine.post(DocumentTaken(at.person.document))
    bench.frames()
    bench.touch.touch("more")
    bench.frames()
    bench.touch.touch("service:information")
    bench.frames()
    assert bench.touch.screen() == "taking_turn"
    (effect,) = bench.engine.effects
    assert isinstance(effect, IssueTicket)
    assert effect.service.code == "information"
    assert isinstance(effect.effect_id, UUID)


def test_another_language_is_spoken_at_once(bench: Any) -> None:
    from gettext import NullTranslations

    bench.app.loc.speak(NullTranslations())
    bench.frames()
    assert "welcome.start" in bench.touch.texts()


def test_a_demonstration_may_ask_from_another_thread(bench: Any) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        for question, answer in [
            (("screen",), "welcome"),
            (("touch", "start"), None),
            (("screen",), "read_document"),
        ]:
            asked = pool.submit(bench.touch.ask, *question)
            while not asked.done():
                bench.frames(1)
            assert asked.result() == answer
        with pytest.raises(ValueError, match="none of"):
            bench.touch.ask("eval", "1")


@pytest.mark.negative_control
def test_more_words_than_the_screen_holds_are_caught(bench: Any) -> None:
    bench.show(Welcome())
    label = next(
        each for each in bench.app.page.walk() if "Su certificado" in getattr(each, "text", "")
    )
    label.text *= 20
    bench.frames()
    assert any(fault.startswith("overfull") for fault in bench.faults())


def test_a_film_that_cannot_be_written_ends_and_the_kiosk_goes_on(
    bench: Any, states: dict[str, At], tmp_path: Path
) -> None:
    bench.touch.film(tmp_path / "gone")
    for at in list(states.values())[:3]:
        bench.show(at)
        bench.frames(6)
    assert not bench.app.paused
    assert bench.touch.screen()
    bench.touch.film()
