"""What happens in the demo: one applicant gets the certificate, another a turn that is called."""

import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from deploy.demo.applicant import Applicant
from deploy.demo.people import JOSE, JUAN, Visitor
from deploy.demo.phone import Shown
from deploy.demo.place import KIOSK_CODE, Place
from deploy.demo.processes import Processes
from deploy.demo.proof import Certificate, Unproven, admitted_by, calls, link_leads_to
from deploy.demo.room import Room, open_room, picture

COUNTER, DISPLAY = "V1", "sala-1"
REVIEW = "Revisión de mi solicitud"
OTHERS = ("Información y otros trámites", "Certificado de conducta")
ARRIVES_WITHIN_S = 15.0


@dataclass
class Happened:
    """What the story can prove: numbers, times, and the files that show it."""

    certificate: dict[str, object] = field(default_factory=dict)
    email: dict[str, object] = field(default_factory=dict)
    receipt: dict[str, object] = field(default_factory=dict)
    display: dict[str, object] = field(default_factory=dict)
    ticket: dict[str, object] = field(default_factory=dict)
    phone: dict[str, Any] = field(default_factory=dict)
    calls: list[dict[str, object]] = field(default_factory=list)
    journey: dict[str, object] = field(default_factory=dict)
    screens: list[Path] = field(default_factory=list)
    processes: dict[str, float] = field(default_factory=dict)


def tell(place: Place, processes: Processes, say: Callable[[str], None]) -> Happened:
    """Play the whole story and bring back what happened."""
    happened = Happened()
    with open_room(place.url) as room:
        room.open(place, COUNTER)
        say("the administrator admits the display by its code; Ana opens her counter")
        _open_the_room(place, room, happened)
        person = Applicant(place.ports.kiosk, place.ports.reader, place.screens)
        _wait_until_it_sells(person)
        say("Juan gets a certificate: document, e-mail, card")
        _get_a_certificate(person, place, happened)
        say("José shares a name with somebody: under review, so he takes a turn")
        person.film()
        number = _be_reviewed(person, place, happened)
        say("his phone follows the turn; Rosa, with a child in her arms, is called before him")
        _be_called(place, room, number, happened)
        room.wait_for_kiosk(KIOSK_CODE)
        happened.screens += person.seen + person.fleeting()
    happened.processes = processes.peak_rss_mb()
    return happened


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
    _apply_and_pay(person, JUAN, "certificate_ready")
    receipt = _nth(place.spool, "*.bin", 1).with_suffix(".txt")
    person.touch("finish", "welcome")
    happened.journey = {
        "touches": person.touches,
        "typed_screens": person.typed_screens,
        "typed_keys": person.typed_keys,
        "machine_seconds": round(person.machine_seconds, 2),
    }
    happened.receipt = {"path": receipt}
    mail = _nth(place.mailbox, "*.eml", 1)
    certificate = Certificate.of(place, mail)
    happened.certificate = certificate.facts()
    happened.email = {"path": mail, "to": JUAN.email}


def _be_reviewed(person: Applicant, place: Place, happened: Happened) -> str:
    """José's number, which is on his paper beside the code for his phone."""
    _apply_and_pay(person, JOSE, "in_review")
    person.touch("take_turn", "ticket_ready")
    paper = _nth(place.spool, "*.bin", 3).with_suffix(".txt")
    person.wait_enabled("finish")
    person.picture("ticket_ready-printed")
    person.touch("finish", "welcome")
    number, link = _read_paper(paper)
    if link_leads_to(place, link) != number:
        raise Unproven(f"the code on {paper.name} is not the one of turn {number}")
    happened.ticket = {"number": number, "link": link, "path": paper}
    return number


def _be_called(place: Place, room: Room, number: str, happened: Happened) -> None:
    """Rosa came after José and is called before him; the phone tells him both."""
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
    room.office.oversee()
    happened.screens.append(picture(room.office.page, place.screens, "supervisor"))
    room.counter.finish()
    room.office.read_reports()
    happened.screens.append(picture(room.office.page, place.screens, "reports"))
    happened.phone = _told(alone, behind)
    happened.calls = [{**asdict(call), **shown[call.number]} for call in calls(place)]


def _told(alone: Shown, behind: Shown) -> dict[str, object]:
    """What the phone said, first and once Rosa had come."""
    return {
        "number": alone.number,
        "said": [f"{each.place} · {each.estimate}" for each in (alone, behind)],
    }


def _apply_and_pay(person: Applicant, visitor: Visitor, outcome: str) -> None:
    person.touch("start", "read_document")
    person.show_document(visitor.mrz(), "choose_service")
    person.touch("service:certificate", "terms")
    person.touch("accept", "confirm_name")
    person.touch("confirm", "give_email")
    person.type_text(visitor.email)
    person.picture("give_email-typed")
    person.touch("continue", "ready_to_pay")
    person.touch("pay", outcome)
    person.wait_enabled("finish")


def _nth(folder: Path, pattern: str, count: int) -> Path:
    """The `count`-th file of `pattern` in `folder`, once it is there."""
    ends = time.monotonic() + ARRIVES_WITHIN_S
    while time.monotonic() < ends:
        found = sorted(folder.glob(pattern))
        if len(found) >= count:
            return found[count - 1]
        time.sleep(0.02)
    raise TimeoutError(f"{folder} holds fewer than {count} {pattern}")


def _read_paper(slip: Path) -> tuple[str, str]:
    """The number and the address in the code, as the printer put them on paper."""
    text = slip.read_text()
    number, link = re.search(r"^ *([A-Z]-\d+) *$", text, re.M), re.search(r"\[QR: (\S+)\]", text)
    if not number or not link:
        raise Unproven(f"{slip.name} carries no number or no code")
    return number[1], link[1]
