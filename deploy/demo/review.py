"""What becomes of an application under review: somebody decides, and the person hears of it."""

import re
from pathlib import Path

from deploy.demo.arrivals import Unproven, letter_to, text_of
from deploy.demo.people import Visitor
from deploy.demo.phone import Phone
from deploy.demo.place import Place
from deploy.demo.proof import Certificate, states_of
from deploy.demo.room import picture

# The relay asks about a review every 15 s at first; a decision may just miss one question.
ARRIVES_WITHIN_S = 45.0
READY = "Su certificado está listo"


def _told(place: Place, visitor: Visitor) -> Path:
    """The letter that says that the application is under review."""
    letter = letter_to(place, visitor.email, 1)
    if "está en revisión" not in text_of(letter):
        raise Unproven(f"{letter.name} says nothing of a review")
    return letter


def arrived(place: Place, visitor: Visitor, number: str) -> dict[str, object]:
    """The certificate once it is there, for application `number`: its proof, and both letters."""
    first = _told(place, visitor)
    mail = letter_to(place, visitor.email, 2, ARRIVES_WITHIN_S)
    certificate = Certificate.of(place, number, mail, place.folder / "certificate-reviewed.pdf")
    return {
        **certificate.facts(),
        "states": states_of(place, certificate.application_id),
        "to": visitor.email,
        "told": first,
        "path": mail,
    }


def followed(
    place: Place, visitor: Visitor, letter: Path, phone: Phone
) -> tuple[dict[str, object], Path]:
    """What the person's phone says by the address in `letter`, and a picture of it."""
    link = re.search(r"http\S+/s\?n=\S+", text_of(letter))
    if not link:
        raise Unproven(f"{letter.name} does not say where the application can be followed")
    ending = visitor.number[-4:]
    said = phone.ask_about_application(link[0], ending)
    if said != READY:
        raise Unproven(f"the tracking page says {said!r}")
    shot = picture(phone.page, place.screens, "phone-tracking")
    return {"link": link[0], "ending": ending, "said": said}, shot
