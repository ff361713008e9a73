"""Reads what the demo left behind and says what it proves: PDF, e-mail, ledger, database."""

import hashlib
import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from deploy.demo.arrivals import Unproven, attachment_of
from deploy.demo.centre import held_before, issued_for
from deploy.demo.place import SITE, Place
from queue_server.bootstrap import open_database
from queue_server.config import load_config
from queue_server.core import tables as core
from queue_server.core.problem import Problem
from queue_server.issuance import tables as issuance
from queue_server.issuance.services.delivery import link_token
from queue_server.payments.tables import payments
from queue_server.turns.services.my_turn import ticket_of


@dataclass(frozen=True)
class Certificate:
    """A certificate as four independent places agree on it."""

    application_id: str
    application_number: str
    outcome: str
    number: str
    pdf: Path
    signature_valid: bool

    @classmethod
    def of(cls, place: Place, application: str, mail: Path, pdf: Path) -> "Certificate":
        """What `application`, a number on paper, became; the file in `mail` is kept at `pdf`.

        Raises Unproven when mail, database and ledger differ.
        """
        pdf.write_bytes(attachment_of(mail))
        row = _stored(place, application)
        if hashlib.sha256(pdf.read_bytes()).hexdigest() != row.sha256:
            raise Unproven("the e-mail carries another PDF than the database")
        issued = issued_for(place, row.id)
        if row.purpose == "again":
            # Nothing new was made: it is one of those which the centre held before.
            issued += [each for each in held_before(place) if each == row.certificate_number]
        if issued != [row.certificate_number]:
            raise Unproven(
                f"the centre issued {issued}, the database says {row.certificate_number}"
            )
        return cls(
            application_id=row.id,
            application_number=row.number,
            outcome=row.state,
            number=row.certificate_number,
            pdf=pdf,
            signature_valid=_pdfsig(pdf),
        )

    def facts(self) -> dict[str, object]:
        """The rows of the report."""
        return dict(vars(self))


def application_of(place: Place, number: str) -> str:
    """The id of the application with `number`. Raises Unproven when there is none."""
    applications = issuance.applications
    chosen = select(applications.c.id).where(applications.c.number == number)
    found = _read(place, lambda uow: uow.connection.execute(chosen).scalar())
    if found is None:
        raise Unproven(f"the database knows no application {number}")
    return str(found)


def states_of(place: Place, application: str) -> list[str]:
    """Every state an application (an id) went through, in order."""
    steps = issuance.application_steps
    chosen = select(steps.c.state).where(steps.c.application == application)
    ordered = chosen.order_by(steps.c.position)
    return [str(each) for each in _read(place, lambda uow: uow.connection.scalars(ordered).all())]


def private_link(place: Place, application: str) -> str:
    """The address behind which the certificate of an application (an id) can be had."""
    token = _read(place, lambda uow: link_token(uow, application))
    if token is None:
        raise Unproven(f"application {application} has no private link")
    return f"{place.url}/c/{token}"


def charges_of(place: Place, number: str) -> int:
    """How often the card terminal says that it was asked to charge for application `number`."""
    said = json.loads((place.run / "terminal" / "ledger.json").read_text())
    return sum(entry["reference"] == number for entry in said["entries"])


def payments_of(place: Place, application: str) -> int:
    """How many payments the database holds for an application (an id)."""
    chosen = select(payments.c.id).where(payments.c.application == application)
    return len(_read(place, lambda uow: uow.connection.execute(chosen).all()))


@dataclass(frozen=True)
class Call:
    """One call, as the event log has it. `called_at`: ISO 8601, UTC."""

    number: str
    attention_class: str
    reason: str
    called_at: str


def calls(place: Place) -> list[Call]:
    """Every call of the day, in the order in which the server made them."""
    return [
        Call(
            row.body["number"], row.body["attention_class"], row.body["reason"], row.at.isoformat()
        )
        for row in _events(place, "ticket.called")
    ]


def admitted_by(place: Place, display: str) -> str:
    """Who admitted `display`, as the event log names them."""
    return _admission(place, "display", display).actor


def authorized_by(place: Place, kiosk: str) -> str:
    """Who let `kiosk` in by the code it showed. Raises Unproven for a development token."""
    row = _admission(place, "kiosk", kiosk)
    if not row.body["paired"]:
        raise Unproven(f"the kiosk {kiosk} was not paired")
    return row.actor


def ordered_by(place: Place, kiosk: str, what: str) -> str:
    """Who ordered the action `what` that `kiosk` has done. Raises Unproven when it did none."""
    for row in _events(place, "action.done"):
        if (row.body["kiosk"], row.body["what"]) == (kiosk, what):
            return str(row.body["by"])
    raise Unproven(f"the event log knows no {what} that the kiosk {kiosk} has done")


def last_event(place: Place) -> int:
    """The id of the newest event of the site's log."""
    return _read(place, lambda uow: uow.last_event_id(SITE))


def _admission(place: Place, role: str, name: str):
    for row in _events(place, "credential.created"):
        if (row.body["role"], row.body["name"]) == (role, name):
            return row
    raise Unproven(f"the event log knows no admission of the {role} {name}")


def link_leads_to(place: Place, link: str) -> str:
    """The number of the turn a phone gets to by `link`. Raises Unproven when it leads nowhere."""
    token = link.rpartition("/t/")[2]
    try:
        return _read(place, lambda uow: ticket_of(uow, token).label)
    except Problem as problem:
        raise Unproven(f"the code on the paper leads nowhere: {problem.detail}") from problem


def _events(place: Place, kind: str):
    log = core.events
    chosen = select(log).where(log.c.kind == kind).order_by(log.c.id)
    return _read(place, lambda uow: uow.connection.execute(chosen).all())


def _stored(place: Place, number: str):
    applications, certificates = issuance.applications, issuance.certificates
    chosen = (
        select(applications, certificates.c.sha256)
        .join(certificates, certificates.c.application == applications.c.id)
        .where(applications.c.number == number)
    )
    rows = _read(place, lambda uow: uow.connection.execute(chosen).all())
    if len(rows) != 1:
        raise Unproven(f"the database holds {len(rows)} certificates of {number}, expected one")
    return rows[0]


def _read(place: Place, work):
    database = open_database(load_config(place.run / "server.toml"))
    try:
        return database.read(work)
    finally:
        database.close()


def _pdfsig(pdf: Path) -> bool:
    """Poppler's own verdict on digest and signature; it shares no code with what signed or sent."""
    words = ["pdfsig", "-nocert", str(pdf)]
    said = subprocess.run(words, capture_output=True, text=True, timeout=30, check=False).stdout
    return bool(re.search(r"Signature Validation: Signature is Valid", said))
