"""Everything a counter does, by the keyboard alone, each within two actions.

An action is a key that does or chooses something. Moving the focus (Tab, arrows, L) and typing
what is asked for are not.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.console import Console, post, sit
from tests.support.applied import Register
from tests.support.site import KioskHttp, StaffHttp

pytestmark = pytest.mark.usefixtures("left_empty")

MOVES = {"Tab", "Shift+Tab", "ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "l"}
MOST_ACTIONS = 2


@dataclass
class Hall:
    """Everybody who takes part in an operation."""

    kiosk: KioskHttp
    ana: StaffHttp
    luis: StaffHttp
    register: Register
    tickets: list[dict[str, Any]] = field(default_factory=list)

    def issue(self, count: int = 1, **words: Any) -> None:
        """`count` people take a turn."""
        self.tickets += [self.kiosk.issue("information", **words).json() for _ in range(count)]

    def call(self, then: str = "") -> None:
        """Ana calls the next at V1, and does `then` with the ticket."""
        called = post(self.ana, "counters/V1/call-next")
        if then:
            post(self.ana, f"tickets/{called['ticket_id']}/{then}")

    def state(self, place: int = 0) -> dict[str, Any]:
        """How the ticket at `place` of those issued stands now."""
        number = self.tickets[place]["number"]
        answer = self.ana.http.get(f"/api/v1/tickets/find?number={number}")
        return answer.json()["tickets"][0]


Prepare = Callable[[Hall], object]
Done = Callable[[Hall, Console], object]


@dataclass(frozen=True)
class Operation:
    """`keys` carry it out once `prepare` has been done; `<text>` is typed, not pressed."""

    name: str
    prepare: Prepare
    keys: str
    done: Done

    @property
    def actions(self) -> int:
        """How many of the keys do or choose something."""
        return sum(key not in MOVES and not key.startswith("<") for key in self.keys.split())


def waiting(hall: Hall) -> None:
    hall.issue(2)


def called(hall: Hall) -> None:
    waiting(hall)
    hall.call()


def serving(hall: Hall) -> None:
    waiting(hall)
    hall.call("start")


def held(hall: Hall) -> None:
    waiting(hall)
    post(hall.ana, f"tickets/{hall.tickets[0]['ticket_id']}/hold", {"reason": "Saca copias"})


def missed(hall: Hall) -> None:
    """Absent twice: by the site's rule the ticket is over."""
    hall.issue()
    ticket = {"ticket_id": hall.tickets[0]["ticket_id"]}
    for _ in range(2):
        post(hall.ana, "counters/V1/call", ticket)
        post(hall.ana, f"tickets/{ticket['ticket_id']}/no-show")


def elsewhere(hall: Hall) -> None:
    waiting(hall)
    sit(hall.luis, "V2")
    post(hall.luis, "counters/V2/call-next")


def helped(hall: Hall) -> None:
    post(hall.kiosk, "help", {"reason": "ayuda"})


def paused(hall: Hall) -> None:
    post(hall.ana, "counters/V1/pause", {"reason": "Refrigerio"})


def closed(hall: Hall) -> None:
    post(hall.ana, "counters/V1/close")


def taken(hall: Hall) -> None:
    sit(hall.luis, "V1")


def ended(hall: Hall) -> None:
    serving(hall)
    post(hall.ana, f"tickets/{hall.tickets[0]['ticket_id']}/finish")


def certified(hall: Hall) -> None:
    hall.register.apply("40100061")
    hall.issue(document={"type": "01", "number": "40100061"})
    hall.call()


def is_in(state: str, place: int = 0) -> Done:
    def check(hall: Hall, _: Console) -> None:
        assert hall.state(place)["state"] == state

    return check


def stands(mode: str) -> Done:
    return lambda _, console: console.stands(mode)


def says(words: str) -> Done:
    return lambda _, console: expect(console.message).to_contain_text(words)


def prints(_: Hall, console: Console) -> None:
    context = console.window.context
    if len(context.pages) == 1:
        context.wait_for_event("page")
    slip = context.pages[1]
    expect(slip.locator(".number")).to_contain_text("I-")
    slip.close()


def opens_the_file(_: Hall, console: Console) -> None:
    expect(console.message).to_contain_text("imprímalo en la ventana que se abrió")
    context = console.window.context
    if len(context.pages) == 1:
        context.wait_for_event("page")
    context.pages[1].close()


def shows_the_number(_: Hall, console: Console) -> None:
    expect(console.sheet.locator(".issued-number")).to_contain_text("I-")


def is_due_later(hall: Hall, _: Console) -> None:
    assert hall.state()["state"] == "on_hold"
    assert hall.state()["due_at"] > hall.state()["called_at"]


def is_preferential(hall: Hall, _: Console) -> None:
    ticket = hall.state()
    assert (ticket["attention_class"], ticket["attention_reason"]) == ("preferential", "elderly")


OPERATIONS = [
    Operation("call next", waiting, "n", is_in("called")),
    Operation("call this one", waiting, "l ArrowDown Enter", is_in("called", 1)),
    Operation("recall", called, "r", says("Llamó otra vez")),
    Operation("start", called, "a", is_in("serving")),
    Operation("finish", serving, "f", is_in("finished")),
    Operation("no show", called, "x", says("quedó como ausente")),
    Operation("undo a call", called, "z", is_in("waiting")),
    Operation("hold", serving, "e 2", is_in("on_hold")),
    Operation(
        "hold until", serving, "e Tab Tab Tab Tab Tab ArrowDown Shift+Tab Enter", is_due_later
    ),
    Operation("resume", held, "u 1", is_in("waiting")),
    Operation("transfer to a service", serving, "d 1", is_in("transferred")),
    Operation("transfer to a counter", serving, "d 6", says("a Ventanilla 2")),
    Operation("change class", serving, "c 1", is_preferential),
    Operation("cancel", serving, "q 1", is_in("cancelled")),
    Operation("issue by hand", waiting, "t 5", shows_the_number),
    Operation("serve directly", waiting, "i 5", stands("serving")),
    Operation("find and print again", waiting, "b <{0}> ArrowDown Enter", prints),
    Operation("print the open one", serving, "p", prints),
    Operation("bring a missed one back", missed, "b <{0}> ArrowDown 2", is_in("waiting")),
    Operation("go on with another counter's", elsewhere, "g 1", says("sigue aquí")),
    Operation("acknowledge help", helped, "h", says("Va usted a A01")),
    Operation("pause", waiting, "v 1", stands("paused")),
    Operation("close", waiting, "v 5", stands("closed")),
    Operation("reopen after a pause", paused, "o", stands("free")),
    Operation("open", closed, "o", stands("free")),
    Operation("take the counter over", taken, "o", stands("free")),
    Operation(
        "called on paper", waiting, "m Shift+Tab <I> Tab <{digits}> Enter", is_in("finished")
    ),
    Operation("transfer one that waits", waiting, "l ArrowRight Enter 3", is_in("transferred")),
    Operation("undo a finish", ended, "z", is_in("serving")),
    Operation("print a certificate", certified, "k 1", opens_the_file),
]


@pytest.fixture
def hall(kiosk: KioskHttp, staff: StaffHttp, luis: StaffHttp, register: Register) -> Hall:
    return Hall(kiosk, staff, luis, register)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name.replace(" ", "-"))
def test_every_operation_takes_at_most_two_actions_of_the_keyboard(
    operation: Operation, reset_console: Console, hall: Hall
) -> None:
    console = reset_console
    operation.prepare(hall)
    console.knows(hall.ana)
    press(console, operation.keys, hall)
    console.settles()
    operation.done(hall, console)
    if console.sheet.is_visible():
        console.press("Escape")
    assert operation.actions <= MOST_ACTIONS


def press(console: Console, keys: str, hall: Hall) -> None:
    """Press `keys`; what stands in angle brackets is typed, `{0}` being the first number."""
    first = hall.tickets[0]["number"] if hall.tickets else ""
    for key in keys.split():
        if key.startswith("<"):
            console.page.keyboard.type(key[1:-1].format(first, digits=first[2:]))
            if "{0}" in key:
                expect(console.sheet.locator(f'[data-ticket="{first}"]')).to_be_visible()
                expect(console.sheet.locator(".found")).not_to_have_attribute("aria-busy", "true")
        else:
            console.press(key)


@pytest.mark.negative_control
def test_a_third_action_is_counted() -> None:
    assert Operation("too long", waiting, "l ArrowRight Enter 3 1 <typed>", prints).actions == 3
