"""One certificate at the real kiosk, the usual way: DNI in the reader, e-mail, card.

What a person has to read and to do on each screen is taken from the screens as they are.
"""

from dataclasses import dataclass

from deploy.demo.applicant import Applicant
from deploy.demo.people import Visitor
from deploy.demo.place import Place
from tests.load.person import Act, Step

WAY = (
    ("start", "read_document"),
    ("service:certificate", "terms"),
    ("accept", "confirm_name"),
    ("confirm", "give_email"),
    ("continue", "ready_to_pay"),
    ("pay", "certificate_ready"),
    ("finish", "welcome"),
)
"""Each touch, and the screen that must follow."""


@dataclass(frozen=True)
class Visit:
    """What it took. `machine_s`: the seconds a person waits for the machine."""

    steps: tuple[Step, ...]
    touches: int
    typed_screens: int
    machine_s: float


def certificate_visit(place: Place, visitor: Visitor) -> Visit:
    """Have `visitor` get a certificate."""
    person = Applicant(place.ports.kiosk, place.ports.reader, place.screens)
    person.waits_for("welcome")
    person.start_counting()
    reader = Reader(person)
    steps: list[Step] = []
    for control, then in WAY:
        steps += _before(person, visitor, control, reader)
        steps.append(Step(reader.new_words(), Act.TOUCH))
        person.touch(control, then)
        steps += _beside_the_screen(control)
    return Visit(tuple(steps), person.touches, person.typed_screens, person.machine_seconds)


class Reader:
    """What somebody reads: no sentence twice, so what stands on every screen is read once."""

    def __init__(self, person: Applicant) -> None:
        self._person = person
        self._read: set[str] = set()

    def new_words(self) -> int:
        """How many words stand on the screen that were not there before; keys are no words."""
        new = set(self._person.texts()) - self._read
        self._read |= new
        return sum(1 for text in new for word in text.split() if len(word) > 1)


def _before(person: Applicant, visitor: Visitor, control: str, reader: Reader) -> list[Step]:
    """What is done on the screen before `control` can be touched."""
    match control:
        case "service:certificate":
            shown = Step(reader.new_words(), Act.DOCUMENT)
            person.show_document(visitor.mrz(), "choose_service")
            return [shown]
        case "continue":
            typed = Step(reader.new_words(), Act.TYPE)
            person.type_text(visitor.email)
            return [typed]
        case "finish":
            person.wait_enabled("finish")
            return [Step(reader.new_words(), Act.PAPER)]
        case _:
            return []


def _beside_the_screen(control: str) -> tuple[Step, ...]:
    return (Step(0, Act.CARD),) if control == "pay" else ()
