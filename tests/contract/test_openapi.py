"""The published contract is the one the server really has, and the kiosk keeps to it."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from devices.kinds.card_terminal import CardEvidence
from kiosk.flow.effects import (
    ChangeEmail,
    CheckApplicant,
    IssueTicket,
    RegisterOrder,
    SendAgain,
)
from kiosk.flow.person import AttentionClass, Document
from kiosk.flow.world import Service
from kiosk.journal import Journal, load_key
from kiosk.order import application_number
from kiosk.performers.again import AgainDesk
from kiosk.performers.applicant import ApplicantDesk, OrderDesk
from kiosk.performers.card import evidence_body
from kiosk.performers.correction import CorrectionDesk
from kiosk.performers.ticket import TicketDesk
from kiosk.queue_client import QueueClient
from queue_server.issuance.api.bodies import AgainBody, ApplicantBody, CardBody, RegisterBody
from queue_server.issuance.api.corrections import CorrectEmailBody
from queue_server.turns.api.bodies import WishBody
from queue_server.web.openapi import application, contract, hub_application

DOCS = Path(__file__).resolve().parents[2] / "docs"
DOCUMENT = Document("01", "10117410", date(1980, 1, 1), "PRUEBA", "JUAN")


def test_the_published_contract_is_current() -> None:
    """When this fails on purpose: `python -m queue_server.web.openapi > docs/openapi.json`."""
    published = json.loads((DOCS / "openapi.json").read_text())
    assert published == json.loads(json.dumps(contract(application())))


def test_the_published_contract_of_the_hub_is_current() -> None:
    """When this fails: `python -m queue_server.web.openapi hub > docs/openapi_hub.json`."""
    published = json.loads((DOCS / "openapi_hub.json").read_text())
    assert published == json.loads(json.dumps(contract(hub_application())))


def test_every_body_the_kiosk_sends_is_taken_by_the_server(tmp_path: Path) -> None:
    client = QueueClient("http://127.0.0.1:1", "x.y")
    journal = Journal(tmp_path / "j.db", load_key(tmp_path / "k"))
    session = uuid4()
    ticket = IssueTicket(
        uuid4(), session, Service("a", "A", "A"), AttentionClass.PREFERENTIAL, DOCUMENT
    )
    check = CheckApplicant(uuid4(), session, DOCUMENT)
    order = RegisterOrder(uuid4(), session, uuid4(), DOCUMENT, "juan@example.com", 3770)
    again = SendAgain(uuid4(), session, uuid4(), DOCUMENT, None)
    number = {"number": application_number("A01", 7)}
    change = ChangeEmail(uuid4(), session, DOCUMENT, number["number"], "juan@example.com")
    bodies: list[tuple[type[BaseModel], object]] = [
        (WishBody, TicketDesk(client).body(ticket)),
        (WishBody, TicketDesk(client).body(replace(ticket, document=None))),
        (ApplicantBody, ApplicantDesk(client).body(check)),
        (RegisterBody, {**OrderDesk(client, journal, "A01").body(order), **number}),
        (
            RegisterBody,
            {**OrderDesk(client, journal, "A01").body(replace(order, email=None)), **number},
        ),
        (AgainBody, {**AgainDesk(client, journal, "A01").body(again), **number}),
        (CorrectEmailBody, CorrectionDesk(client).body(change)),
    ]
    for model, body in bodies:
        model.model_validate_json(json.dumps(body))
    journal.close()
    client.close()


def test_the_card_evidence_the_kiosk_keeps_is_what_the_server_takes() -> None:
    at = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
    proven = CardEvidence("AB12", 3770, "T-1", "123456", "", "7", "4242", "PRUEBA", at)
    taken = CardBody.model_validate_json(
        json.dumps({"payment_id": str(uuid4()), **evidence_body(proven)})
    )
    assert taken.payment().paid_at == at
    assert taken.rrn == "AB12", "without an RRN the terminal's own name of the payment stands in"


@pytest.mark.parametrize("of", [application, hub_application])
def test_every_operation_says_what_it_does(of: Callable[[], FastAPI]) -> None:
    for path, operations in contract(of())["paths"].items():
        for verb, operation in operations.items():
            assert operation.get("description"), f"{verb} {path} has no docstring"
