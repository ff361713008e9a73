"""What people do at the kiosk: each touch, and the screen that must follow."""

from pathlib import Path

from deploy.demo.applicant import Applicant
from deploy.demo.people import Visitor


def apply_and_pay(person: Applicant, visitor: Visitor, outcome: str) -> None:
    """Document, terms, name, e-mail, card, until `outcome` is on the screen and on paper."""
    to_the_amount(person, visitor)
    person.touch("pay", outcome)
    person.wait_enabled("finish")


def to_the_amount(person: Applicant, visitor: Visitor) -> None:
    """Document, terms, name, e-mail: everything before money."""
    _ask_for_certificate(person, visitor)
    person.touch("accept", "confirm_name")
    person.touch("confirm", "give_email")
    _type_email(person, visitor)
    person.touch("continue", "ready_to_pay")


def have_it_sent_again(person: Applicant, visitor: Visitor) -> Path:
    """Who has a certificate in force gets it once more; the picture of the code to scan."""
    _ask_for_certificate(person, visitor)
    person.touch("accept", "cannot_apply")
    person.touch("send_again", "give_email")
    _type_email(person, visitor)
    person.touch("continue", "certificate_ready")
    code = person.seen[-1]
    person.wait_enabled("finish")
    return code


def _ask_for_certificate(person: Applicant, visitor: Visitor) -> None:
    person.touch("start", "read_document")
    person.show_document(visitor.mrz(), "choose_service")
    person.touch("service:certificate", "terms")


def _type_email(person: Applicant, visitor: Visitor) -> None:
    person.type_text(visitor.email)
    person.picture("give_email-typed")
