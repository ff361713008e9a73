"""Each operation of the contract, asked by a strict zeep client over HTTP."""

import hashlib
from datetime import date
from typing import Any

import pytest


def test_a_known_person_is_found_with_names_and_without_a_certificate(caller: Any) -> None:
    answer = caller.holder("04", "900117451")
    assert answer.coRespuesta == "0000"
    assert answer.titular.nombres == "KATHERINE ANDREA"
    assert answer.titular.apellidoPaterno == "PRUEBA"
    assert answer.titular.apellidoMaterno == "FICTICIA"
    assert (answer.titular.datosCoinciden, answer.titular.mayorDeEdad) == (True, True)
    assert answer.titular.situacionMigratoria == "REGULAR"
    assert answer.fechaHora.utcoffset().total_seconds() == -5 * 3600
    assert answer.titular.certificadoVigente is None


@pytest.mark.parametrize(
    ("kind", "number", "born", "code"),
    [
        ("01", "99999999", date(1980, 1, 1), "0001"),
        ("01", "1011741", date(1980, 1, 1), "0006"),
        ("01", "10117410", date(1980, 1, 2), "0008"),
        ("04", "900117500", date(1985, 4, 18), "0009"),
    ],
)
def test_who_cannot_be_served_gets_a_code_and_no_names(
    caller: Any, kind: str, number: str, born: date, code: str
) -> None:
    answer = caller.holder(kind, number, born)
    assert (answer.coRespuesta, answer.titular) == (code, None)
    assert answer.deRespuesta


def test_a_minor_is_found_and_said_to_be_one(caller: Any) -> None:
    answer = caller.holder("01", "10117444")
    assert answer.coRespuesta == "0000"
    assert answer.titular.mayorDeEdad is False


def test_a_person_may_have_no_second_surname(caller: Any) -> None:
    assert caller.holder("01", "10117487").titular.apellidoMaterno is None


def test_a_passport_and_a_temporary_permit_are_found_too(caller: Any) -> None:
    assert caller.holder("07", "XA0117460").coRespuesta == "0000"
    assert caller.holder("26", "800117495").coRespuesta == "0000"


def test_a_typed_number_is_identified_by_check_character_and_issue_date(caller: Any) -> None:
    def typed(check: str) -> str:
        return caller.service.consultarTitular(
            **caller.head(),
            documento={"tipo": "01", "numero": "10117410"},
            caracterVerificacion=check,
            fechaEmision=date(2022, 5, 10),
        ).coRespuesta

    assert (typed("2"), typed("G"), typed("3")) == ("0000", "0000", "0008")


def test_beside_the_birth_date_what_was_typed_from_the_card_must_agree_too(
    caller: Any,
) -> None:
    def typed(check: str, issued: date, born: date = date(1980, 1, 1)) -> str:
        reply = caller.service.consultarTitular(
            **caller.head(),
            documento={"tipo": "01", "numero": "10117410"},
            fechaNacimiento=born,
            impreso={"caracterVerificacion": check, "fechaEmision": issued},
        )
        return reply.coRespuesta

    right = date(2022, 5, 10)
    assert (typed("2", right), typed("G", right)) == ("0000", "0000")
    assert (typed("3", right), typed("2", date(2022, 5, 11))) == ("0008", "0008")
    assert typed("2", right, born=date(1980, 1, 2)) == "0008"


def test_a_certificate_in_force_is_announced_and_can_be_fetched_again(caller: Any) -> None:
    held = caller.holder("01", "10117479").titular.certificadoVigente
    assert held.numero == "CAJ-PRUEBA-0000479"
    assert held.hasta >= caller.head()["auditoria"]["fechaHora"].date()
    assert caller.fetch(held.numero).archivo.pdf.startswith(b"%PDF")


def test_a_certificate_is_requested_fetched_and_verified(caller: Any) -> None:
    request = caller.request("10117428")
    answer = caller.send(request)
    assert (answer.coRespuesta, answer.solicitud.estado) == ("0000", "EMITIDO")
    assert answer.solicitud.idSolicitud == request["idSolicitud"]
    file = caller.fetch(answer.solicitud.numeroCertificado).archivo
    assert file.longitud == len(file.pdf)
    assert file.sha256 == hashlib.sha256(file.pdf).hexdigest()
    assert caller.fetch(answer.solicitud.numeroCertificado).archivo.pdf == file.pdf
    checked = caller.service.verificarCertificado(
        **caller.head(), codigoVerificacion=answer.solicitud.codigoVerificacion
    ).verificacion
    assert checked.numeroCertificado == answer.solicitud.numeroCertificado
    assert checked.vigente
    assert (checked.hasta - checked.fechaEmision).days == 90


def test_once_issued_a_certificate_is_in_force_for_its_holder(caller: Any) -> None:
    number = caller.send(caller.request("800117495", "26")).solicitud.numeroCertificado
    assert caller.holder("26", "800117495").titular.certificadoVigente.numero == number


def test_the_printed_address_says_the_certificate_exists_and_not_of_whom(
    caller: Any, sandbox: Any
) -> None:
    code = caller.send(caller.request("10117428")).solicitud.codigoVerificacion
    page = sandbox.http.get(f"{sandbox.url}/verificar/{code}")
    assert page.status_code == 200
    assert "Certificado vigente" in page.text
    assert "SIN VALOR LEGAL" in page.text
    assert "ROSA" not in page.text
    assert sandbox.http.get(f"{sandbox.url}/verificar/NADA").status_code == 404


def test_a_homonym_waits_for_review_until_a_person_issues(caller: Any, sandbox: Any) -> None:
    request = caller.request("10117436")
    answer = caller.send(request)
    assert (answer.coRespuesta, answer.solicitud.estado) == ("0020", "EN_REVISION")
    assert answer.solicitud.numeroCertificado is None
    assert sandbox.control(decide=request["idSolicitud"], issue=True).status_code == 200
    later = caller.inquire(request["idSolicitud"])
    assert (later.coRespuesta, later.solicitud.estado) == ("0000", "EMITIDO")
    assert caller.fetch(later.solicitud.numeroCertificado).coRespuesta == "0000"
    again = sandbox.control(decide=request["idSolicitud"], issue=False)
    assert again.status_code == 400


def test_a_review_may_end_without_a_certificate(caller: Any, sandbox: Any) -> None:
    request = caller.request("10117436")
    caller.send(request)
    sandbox.control(decide=request["idSolicitud"], issue=False)
    later = caller.inquire(request["idSolicitud"])
    assert (later.coRespuesta, later.solicitud.estado) == ("0021", "RECHAZADO")


@pytest.mark.parametrize(
    ("number", "kind", "payment", "code"),
    [
        ("99999999", "01", {}, "0001"),
        ("10117444", "01", {}, "0007"),
        ("900117500", "04", {}, "0009"),
        ("10117410", "01", {"montoCentimos": 999}, "0044"),
    ],
)
def test_a_refusal_is_recorded_and_repeated(
    caller: Any, number: str, kind: str, payment: dict[str, Any], code: str
) -> None:
    request = caller.request(number, kind, **payment)
    first, second = caller.send(request), caller.inquire(request["idSolicitud"])
    for answer in (first, second):
        assert (answer.coRespuesta, answer.solicitud.estado) == (code, "RECHAZADO")


def test_one_payment_pays_for_one_certificate(caller: Any) -> None:
    assert caller.send(caller.request(referencia="RRN-1")).coRespuesta == "0000"
    assert caller.send(caller.request(referencia="RRN-1")).coRespuesta == "0042"


def test_what_never_arrived_is_not_known(caller: Any) -> None:
    id = caller.request()["idSolicitud"]
    assert (caller.inquire(id).coRespuesta, caller.inquire(id).solicitud) == ("0030", None)
    assert caller.fetch("CAJ-2026-9999999").coRespuesta == "0050"


def test_the_service_says_that_it_serves(caller: Any) -> None:
    answer = caller.service.estadoServicio(**caller.head())
    assert (answer.coRespuesta, answer.estado) == ("0000", "OPERATIVO")


@pytest.mark.parametrize("part", ["usuario", "clave", "ruc"])
def test_a_wrong_credential_is_not_allowed_anywhere(caller: Any, part: str) -> None:
    head = caller.head()
    head["credencial"][part] = "20999999999"
    assert caller.service.estadoServicio(**head).coRespuesta == "0005"
