"""A certificate in force that is sent once more, for nothing, and taken with a phone."""

from pathlib import Path

from deploy.demo.arrivals import Unproven, application_on, letter_to, slip
from deploy.demo.people import Visitor
from deploy.demo.phone import Phone
from deploy.demo.place import Place
from deploy.demo.proof import Certificate, charges_of, payments_of, private_link
from deploy.demo.room import picture
from deploy.demo.scan import shows_code


def sent_again(place: Place, visitor: Visitor, paper: int) -> dict[str, object]:
    """What `visitor` got, with the `paper`-th slip of the day in hand.

    Raises Unproven when anything was charged.
    """
    receipt = slip(place, paper)
    mail = letter_to(place, visitor.email, 1)
    pdf = place.folder / "certificate-again.pdf"
    certificate = Certificate.of(place, application_on(receipt), mail, pdf)
    charges = charges_of(place, certificate.application_number)
    payments = payments_of(place, certificate.application_id)
    if charges or payments:
        raise Unproven(f"{certificate.application_number} was charged: {charges}, {payments}")
    return {
        **certificate.facts(),
        "to": visitor.email,
        "path": mail,
        "slip": receipt,
        "charges": charges,
        "payments": payments,
    }


def downloaded(
    place: Place, application: str, code: Path, mailed: Path, phone: Phone
) -> tuple[dict[str, object], Path]:
    """The file behind the code in the picture `code`, and a picture of the page that gave it.

    Raises Unproven when the code is another one, or the file is not the one in the e-mail.
    """
    link = private_link(place, application)
    if not shows_code(code, link):
        raise Unproven(f"{code.name} does not show the code of the private link")
    phone.open_private_link(link)
    shot = picture(phone.page, place.screens, "phone-download")
    file = phone.take_file(place.folder / "certificate-downloaded.pdf")
    if file.read_bytes() != mailed.read_bytes():
        raise Unproven("the private link leads to another PDF than the e-mail carried")
    return {"code": code, "link": link, "pdf": file}, shot
