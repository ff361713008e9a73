"""What happens in the demo: who comes, what each gets, and the proof of it."""

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from deploy.demo import review
from deploy.demo.again import downloaded, sent_again
from deploy.demo.applicant import Applicant
from deploy.demo.arrivals import Unproven, application_on, letter_to, slip, turn_on
from deploy.demo.centre import issue_after_review
from deploy.demo.country import ask_to_be_let_in, let_in, told
from deploy.demo.money import paid_by_wallet, paid_in_cash
from deploy.demo.orders import heard_of, order_test_print, test_printed
from deploy.demo.people import CARMEN, JOSE, JUAN
from deploy.demo.phone import Shown
from deploy.demo.place import KIOSK_CODE, Place
from deploy.demo.processes import Processes
from deploy.demo.product import sells
from deploy.demo.proof import (
    Certificate,
    admitted_by,
    application_of,
    authorized_by,
    calls,
    link_leads_to,
)
from deploy.demo.room import Room, open_room, picture
from deploy.demo.visit import apply_and_pay, have_it_sent_again
from deploy.demo.workshop import results

COUNTER, DISPLAY = "V1", "sala-1"
REVIEW = "Revisión de mi solicitud"
PAIRING_CODE = re.compile(r"\d{4} \d{4}")
OTHERS = ("Información y otros trámites", "Certificado de conducta")


@dataclass
class Happened:
    """What the story can prove: numbers, times, and the files that show it."""

    certificate: dict[str, object] = field(default_factory=dict)
    email: dict[str, object] = field(default_factory=dict)
    receipt: dict[str, object] = field(default_factory=dict)
    pairing: dict[str, object] = field(default_factory=dict)
    display: dict[str, object] = field(default_factory=dict)
    ticket: dict[str, object] = field(default_factory=dict)
    phone: dict[str, Any] = field(default_factory=dict)
    calls: list[dict[str, object]] = field(default_factory=list)
    review: dict[str, Any] = field(default_factory=dict)
    again: dict[str, Any] = field(default_factory=dict)
    cash: dict[str, Any] = field(default_factory=dict)
    wallet: dict[str, Any] = field(default_factory=dict)
    order: dict[str, object] = field(default_factory=dict)
    hub: dict[str, object] = field(default_factory=dict)
    journey: dict[str, object] = field(default_factory=dict)
    workshop: list[dict[str, object]] = field(default_factory=list)
    screens: list[Path] = field(default_factory=list)
    processes: dict[str, float] = field(default_factory=dict)


def tell(place: Place, processes: Processes, say: Callable[[str], None]) -> Happened:
    """Play the whole story and bring back what happened."""
    happened = Happened()
    say("a technician tests the devices that this kiosk does not have, beside all that follows")
    processes.start("workshop", "-m", "deploy.demo.workshop", str(place.folder))
    with open_room(place) as room:
        room.open(place, COUNTER)
        person = Applicant(place.ports.kiosk, place.ports.reader, place.screens)
        say("the kiosk found its server and shows a code; the administrator types it")
        _let_the_kiosk_in(person, place, room, happened)
        say("the site asks the hub to let it in; its code is typed on the page of the country")
        ask_to_be_let_in(processes, place)
        let_in(processes, room.central)
        say("she admits the display by its code; Ana opens her counter")
        _open_the_room(place, room, happened)
        processes.wait("serve", lambda: sells(place))
        _wait_until_it_sells(person)
        say("Juan gets a certificate: document, e-mail, card")
        _get_a_certificate(person, place, happened)
        say("José shares a name with somebody: under review, so he takes a turn")
        person.film()
        application = _be_reviewed(person, place, happened)
        say("his phone follows the turn; Rosa, with a child in her arms, is called before him")
        _be_called(place, room, happened)
        say("while he is at the window, somebody at the centre decides his review")
        issue_after_review(place, application_of(place, application))
        say("Carmen has a certificate in force: it is sent again, for nothing")
        _have_it_sent_again(person, place, room, happened)
        say("Marta pays with two notes and takes her change; Rosa pays with her phone")
        happened.cash = paid_in_cash(person, place, paper=5)
        happened.wallet = paid_by_wallet(person, place, paper=6)
        _look_at_the_day(place, room, happened)
        say("from afar IT tells the kiosk to print a test; it does, and says so")
        order_test_print(room.monitor, KIOSK_CODE)
        say("José's certificate arrives by e-mail, and his phone finds it ready")
        _be_told(place, room, application, happened)
        happened.order = _be_done(place, room, paper=7)
        happened.hub = told(place, room.central)
        happened.screens.append(picture(room.central, place.screens, "country"))
        happened.screens += person.seen + person.fleeting()
    happened.workshop = results(place.folder)
    happened.processes = processes.peak_rss_mb()
    return happened


def _let_the_kiosk_in(person: Applicant, place: Place, room: Room, happened: Happened) -> None:
    """By the procedure of every office: read the code on its screen, type it at the monitor."""
    person.waits_for("not_paired")
    code = person.reads(PAIRING_CODE).replace(" ", "")
    room.office.pair(KIOSK_CODE, code)
    happened.screens.append(picture(room.office.page, place.screens, "pairing"))
    happened.pairing = {"kiosk": KIOSK_CODE, "authorized_by": authorized_by(place, KIOSK_CODE)}


def _open_the_room(place: Place, room: Room, happened: Happened) -> None:
    """The display is admitted through the page whoever administers the site would use."""
    room.office.admit_display(room.board.code(), DISPLAY)
    happened.screens.append(picture(room.office.page, place.screens, "administration"))
    room.board.goes_live()
    happened.display = {"name": DISPLAY, "admitted_by": admitted_by(place, DISPLAY)}
    room.counter.open()


def _wait_until_it_sells(person: Applicant) -> None:
    """Until the kiosk is open; the machine's own start is no part of anybody's journey."""
    person.waits_for("welcome")
    person.start_counting()


def _get_a_certificate(person: Applicant, place: Place, happened: Happened) -> None:
    apply_and_pay(person, JUAN, "certificate_ready")
    receipt = slip(place, 1)
    person.touch("finish", "welcome")
    happened.journey = {
        "touches": person.touches,
        "typed_screens": person.typed_screens,
        "typed_keys": person.typed_keys,
        "machine_seconds": round(person.machine_seconds, 2),
    }
    happened.receipt = {"path": receipt}
    mail, pdf = letter_to(place, JUAN.email, 1), place.folder / "certificate.pdf"
    happened.certificate = Certificate.of(place, application_on(receipt), mail, pdf).facts()
    happened.email = {"path": mail, "to": JUAN.email}


def _be_reviewed(person: Applicant, place: Place, happened: Happened) -> str:
    """The number of José's application; the one of his turn is on paper beside a code."""
    apply_and_pay(person, JOSE, "in_review")
    application = application_on(slip(place, 2))
    person.touch("take_turn", "ticket_ready")
    paper = slip(place, 3)
    person.wait_enabled("finish")
    person.picture("ticket_ready-printed")
    person.touch("finish", "welcome")
    number, link = turn_on(paper)
    if link_leads_to(place, link) != number:
        raise Unproven(f"the code on {paper.name} is not the one of turn {number}")
    happened.ticket = {"number": number, "link": link, "path": paper}
    return application


def _be_called(place: Place, room: Room, happened: Happened) -> None:
    """Rosa came after José and is called before him; the phone tells him both."""
    number = str(happened.ticket["number"])
    room.phone.follow(str(happened.ticket["link"]))
    alone = room.phone.shows_place("Usted sigue")
    rosa = room.counter.give_turn(REVIEW, preferential=True)
    for service in OTHERS:
        room.counter.give_turn(service)
    behind = room.phone.shows_place("1 persona antes que usted")
    happened.screens.append(picture(room.phone.page, place.screens, "phone-waiting"))
    shown: dict[str, dict[str, float]] = {}
    pressed = room.counter.call_next()
    shown[rosa] = {"shown_on_display_ms": round(room.board.paints(rosa) - pressed, 1)}
    room.counter.attend()
    room.board.has_spoken()
    room.counter.finish()
    pressed = room.counter.call_next()
    on_display, on_phone = room.board.paints(number), room.phone.is_called()
    happened.screens += room.pictures(place.screens)
    shown[number] = {
        "shown_on_display_ms": round(on_display - pressed, 1),
        "shown_on_phone_ms": round(on_phone - pressed, 1),
    }
    room.counter.attend()
    happened.phone = _told(alone, behind)
    happened.calls = [{**asdict(call), **shown[call.number]} for call in calls(place)]


def _have_it_sent_again(person: Applicant, place: Place, room: Room, happened: Happened) -> None:
    """Carmen's phone scans the code on the kiosk's screen; the same file comes by e-mail."""
    code = have_it_sent_again(person, CARMEN)
    person.touch("finish", "welcome")
    again = sent_again(place, CARMEN, paper=4)
    file, shot = downloaded(
        place, str(again["application_id"]), code, Path(str(again["pdf"])), room.another_phone()
    )
    happened.again = {**again, "download": file}
    happened.screens.append(shot)


def _look_at_the_day(place: Place, room: Room, happened: Happened) -> None:
    """Whoever oversees the site, and its reports, once José has been served."""
    room.office.oversee()
    happened.screens.append(picture(room.office.page, place.screens, "supervisor"))
    room.counter.finish()
    room.office.read_reports()
    happened.screens.append(picture(room.office.page, place.screens, "reports"))


def _be_told(place: Place, room: Room, application: str, happened: Happened) -> None:
    """What José was told by e-mail, before and after, and what his phone says now."""
    arrived = review.arrived(place, JOSE, application)
    told = Path(str(arrived["told"]))
    tracking, shot = review.followed(place, JOSE, told, room.phone)
    happened.review = {**arrived, "tracking": tracking}
    happened.screens.append(shot)


def _be_done(place: Place, room: Room, paper: int) -> dict[str, object]:
    """What came of the order, and what a machine would read of the kiosk."""
    done = test_printed(place, room.monitor, KIOSK_CODE, paper)
    return {**done, "metrics": heard_of(room.monitor, KIOSK_CODE)}


def _told(alone: Shown, behind: Shown) -> dict[str, object]:
    """What the phone said, first and once Rosa had come."""
    return {
        "number": alone.number,
        "said": [f"{each.place} · {each.estimate}" for each in (alone, behind)],
    }
