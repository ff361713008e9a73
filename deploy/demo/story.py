"""What happens in the demo: one applicant gets the certificate, another a turn that is called."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from deploy.demo.applicant import Applicant
from deploy.demo.people import JOSE, JUAN, Visitor
from deploy.demo.place import KIOSK_CODE, Place
from deploy.demo.processes import Processes
from deploy.demo.proof import Certificate, ticket_called_at
from deploy.demo.room import Room, open_room

COUNTER = "V1"
ARRIVES_WITHIN_S = 15.0


@dataclass
class Happened:
    """What the story can prove: numbers, times, and the files that show it."""

    certificate: dict[str, object] = field(default_factory=dict)
    email: dict[str, object] = field(default_factory=dict)
    receipt: dict[str, object] = field(default_factory=dict)
    ticket: dict[str, object] = field(default_factory=dict)
    journey: dict[str, object] = field(default_factory=dict)
    screens: list[Path] = field(default_factory=list)
    processes: dict[str, float] = field(default_factory=dict)


def tell(place: Place, processes: Processes, say: Callable[[str], None]) -> Happened:
    """Play the whole story and bring back what happened."""
    happened = Happened()
    with open_room(place.url) as room:
        room.open(place.staff, place.it, COUNTER)
        person = Applicant(place.ports.kiosk, place.ports.reader, place.screens)
        _wait_until_it_sells(person)
        say("Juan gets a certificate: document, e-mail, card")
        _get_a_certificate(person, place, happened)
        say("José shares a name with somebody: under review, so he takes a turn")
        person.film()
        _be_reviewed(person, place, room, happened)
        room.wait_for_kiosk(KIOSK_CODE)
        happened.screens += person.seen + person.fleeting() + room.pictures(place.screens)
        room.finish()
    happened.processes = processes.peak_rss_mb()
    return happened


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


def _be_reviewed(person: Applicant, place: Place, room: Room, happened: Happened) -> None:
    _apply_and_pay(person, JOSE, "in_review")
    person.touch("take_turn", "ticket_ready")
    paper = _nth(place.spool, "*.bin", 3).with_suffix(".txt")
    number = _number_on(paper)
    shown_ms = room.call_next(number)
    person.touch("finish", "welcome")
    happened.ticket = {
        "number": number,
        "called_at": ticket_called_at(place, number),
        "shown_on_display_ms": round(shown_ms, 1),
        "path": paper,
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


def _number_on(slip: Path) -> str:
    words = slip.read_text().split()
    return next(word for word in words if word[1:2] == "-" and word[2:].isdigit())
