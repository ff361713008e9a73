"""Payments at the bank: what `validarPago` says of a voucher, and what it pays for."""

import itertools
import time as time_module
from datetime import date, datetime, time
from typing import Any

import pytest

from tests.integration.sandbox.conftest import LIMA

DAY = date(2026, 11, 20)
SEQUENCES = itertools.count(700_000)


def made(sandbox: Any, **changes: Any) -> str:
    """A new voucher of the ordinary person, unless changed; its sequence."""
    voucher = {
        "payer_type": "01",
        "payer_number": "10117410",
        "sequence": str(next(SEQUENCES)),
        "paid_on": DAY.isoformat(),
        "amount_centimos": 3770,
    }
    answer = sandbox.control(voucher=voucher | changes)
    assert answer.status_code == 200, answer.text
    return (voucher | changes)["sequence"]


def by_voucher(caller: Any, sequence: str, number: str = "10117410", **changes: Any) -> Any:
    """A new request paid with this voucher, as `validarPago` described it."""
    paid = {
        "medio": "BANCO_NACION",
        "referencia": f"BN-20261120-{sequence}",
        "fechaHora": datetime.combine(DAY, time(0), LIMA),
    }
    return caller.request(number, **(paid | changes))


def test_a_voucher_that_pays_gets_the_name_to_request_with(caller: Any) -> None:
    evidence = {"agencia": "0011", "cajero": "0042", "hora": time(10, 15)}
    answer = caller.validate("000123", **evidence)
    assert answer.coRespuesta == "0000"
    assert (answer.pago.montoCentimos, answer.pago.referencia) == (3770, "BN-20261120-000123")
    assert answer.pago.fechaHora == datetime(2026, 11, 20, 10, 15, tzinfo=LIMA)
    assert caller.validate("000123").pago == answer.pago, "evidence may be left out"


def test_asking_takes_nothing_and_one_request_takes_the_voucher(caller: Any, sandbox: Any) -> None:
    sequence = made(sandbox)
    assert [caller.validate(sequence).coRespuesta for _ in range(3)] == ["0000"] * 3
    request = by_voucher(caller, sequence)
    first = caller.send(request)
    assert (first.coRespuesta, first.solicitud.estado) == ("0000", "EMITIDO")
    assert caller.send(request).solicitud == first.solicitud
    assert caller.validate(sequence).coRespuesta == "0042"
    assert caller.send(by_voucher(caller, sequence)).coRespuesta == "0042"


@pytest.mark.parametrize(
    ("sequence", "payer", "code"),
    [
        ("999999", "10117410", "0041"),
        ("000125", "10117410", "0042"),
        ("000127", "10117410", "0043"),
        ("000126", "10117410", "0044"),
        ("000123", "1011741", "0006"),
    ],
)
def test_what_does_not_pay_gets_its_own_code_and_no_payment(
    caller: Any, sequence: str, payer: str, code: str
) -> None:
    answer = caller.validate(sequence, payer)
    assert (answer.coRespuesta, answer.pago) == (code, None)


@pytest.mark.parametrize(
    "evidence",
    [
        {"agencia": "0012"},
        {"cajero": "0043"},
        {"hora": time(10, 16)},
        {"fecha": date(2026, 11, 19)},
    ],
)
def test_evidence_that_does_not_agree_is_another_payment(caller: Any, evidence: Any) -> None:
    assert caller.validate("000123", **evidence).coRespuesta == "0041"


@pytest.mark.parametrize(
    ("voucher", "request_", "code"),
    [
        ({"amount_centimos": 500}, {"montoCentimos": 500}, "0044"),
        ({}, {"montoCentimos": 3771}, "0041"),
        ({}, {"fechaHora": datetime(2026, 11, 20, 12, 0, tzinfo=LIMA)}, "0041"),
        ({}, {"referencia": "BN-20261120-NADIE"}, "0041"),
        ({"payer_number": "10117428"}, {}, "0043"),
        ({"used": True}, {}, "0042"),
    ],
)
def test_a_request_by_voucher_is_judged_and_the_refusal_recorded(
    caller: Any, sandbox: Any, voucher: Any, request_: Any, code: str
) -> None:
    request = by_voucher(caller, made(sandbox, **voucher), **request_)
    for answer in (caller.send(request), caller.inquire(request["idSolicitud"])):
        assert (answer.coRespuesta, answer.solicitud.estado) == (code, "RECHAZADO")


def test_what_does_not_show_yet_is_not_recorded(caller: Any, sandbox: Any) -> None:
    sequence = made(sandbox, visible_after_s=3600)
    assert caller.validate(sequence).coRespuesta == "0045"
    request = by_voucher(caller, sequence)
    answer = caller.send(request)
    assert (answer.coRespuesta, answer.solicitud) == ("0045", None)
    assert caller.inquire(request["idSolicitud"]).coRespuesta == "0030"


def test_a_voucher_shows_when_its_time_has_come(caller: Any, sandbox: Any) -> None:
    sequence = made(sandbox, visible_after_s=0.2)
    request = by_voucher(caller, sequence)
    ends = time_module.monotonic() + 10
    while (answer := caller.send(request)).coRespuesta == "0045":
        assert time_module.monotonic() < ends
    assert answer.solicitud.estado == "EMITIDO"


def test_a_refused_review_gives_the_voucher_back(caller: Any, sandbox: Any) -> None:
    sequence = made(sandbox, payer_number="10117436")
    request = by_voucher(caller, sequence, "10117436")
    assert caller.send(request).coRespuesta == "0020"
    assert caller.validate(sequence, "10117436").coRespuesta == "0042"
    sandbox.control(decide=request["idSolicitud"], issue=False)
    assert caller.validate(sequence, "10117436").coRespuesta == "0000"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sequence": "000123"}, "choose another sequence"),
        ({"paid_on": "20/11/2026"}, "paid_on is written like"),
        ({"amount_centimos": 0}, "amount_centimos"),
        ({"colour": "red"}, "unknown key colour"),
    ],
)
def test_a_voucher_that_cannot_be_made_says_what_to_change(
    sandbox: Any, changes: dict[str, Any], reason: str
) -> None:
    voucher = {
        "payer_type": "01",
        "payer_number": "10117410",
        "sequence": "1",
        "paid_on": "2026-11-20",
        "amount_centimos": 3770,
    }
    answer = sandbox.control(voucher=voucher | changes)
    assert (answer.status_code, reason in answer.json()["error"]) == (400, True)
