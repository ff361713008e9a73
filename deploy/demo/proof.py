"""Reads what the demo left behind and says what it proves: PDF, e-mail, ledger, database."""

import email
import email.policy
import hashlib
import json
import re
import subprocess
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from deploy.demo.place import Place
from queue_server.bootstrap import open_database
from queue_server.config import load_config
from queue_server.core import tables as core
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.issuance import tables as issuance
from queue_server.turns.services.my_turn import ticket_of


class Unproven(RuntimeError):
    """Something the report would claim is not so; the message says what."""


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
    def of(cls, place: Place, mail: Path) -> "Certificate":
        """The certificate in `mail`. Raises Unproven when mail, database and ledger differ."""
        pdf = place.folder / "certificate.pdf"
        pdf.write_bytes(_attachment(mail))
        row, sha256 = _stored(place)
        if hashlib.sha256(pdf.read_bytes()).hexdigest() != sha256:
            raise Unproven("the e-mail carries another PDF than the database")
        issued = _ledger(place).get(row.id, [])
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
    for row in _events(place, "credential.created"):
        if (row.body["role"], row.body["name"]) == ("display", display):
            return row.actor
    raise Unproven(f"the event log knows no admission of the display {display}")


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


def _attachment(mail: Path) -> bytes:
    message = email.message_from_bytes(mail.read_bytes(), policy=email.policy.default)
    for part in message.iter_attachments():
        if part.get_content_type() == "application/pdf":
            return part.get_content()
    raise Unproven(f"{mail.name} carries no PDF")


def _stored(place: Place):
    def read(uow: UnitOfWork):
        applications, certificates = issuance.applications, issuance.certificates
        rows = uow.connection.execute(
            select(applications, certificates.c.sha256).join(
                certificates, certificates.c.application == applications.c.id
            )
        ).all()
        if len(rows) != 1:
            raise Unproven(f"the database holds {len(rows)} certificates, expected one")
        return rows[0], rows[0].sha256

    return _read(place, read)


def _read(place: Place, work):
    database = open_database(load_config(place.run / "server.toml"))
    try:
        return database.read(work)
    finally:
        database.close()


def _ledger(place: Place) -> dict[str, list[str]]:
    """What the centre itself issued: application id -> certificate numbers."""
    url = f"http://127.0.0.1:{place.ports.backend}/ledger"
    with urllib.request.urlopen(url, timeout=5) as answer:
        requests = json.load(answer)["requests"]
    return {application: row["certificates"] for application, row in requests.items()}


def _pdfsig(pdf: Path) -> bool:
    """Poppler's own verdict on digest and signature; it shares no code with what signed or sent."""
    words = ["pdfsig", "-nocert", str(pdf)]
    said = subprocess.run(words, capture_output=True, text=True, timeout=30, check=False).stdout
    return bool(re.search(r"Signature Validation: Signature is Valid", said))
