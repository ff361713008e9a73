"""The facade of the public query by names: two answers, and homonyms between them."""

from typing import Any

import pytest
import zeep
from zeep.transports import Transport

from tests.integration.sandbox import raw

CLEAR, OBSERVED = "No registra antecedentes judiciales", "Observado"


@pytest.fixture(scope="module")
def query(shared: Any) -> Any:
    """A strict client of the contract the sandbox serves at its own address."""
    transport = Transport(timeout=5, operation_timeout=10)
    transport.session.trust_env = False
    return zeep.Client(f"{shared.url}/antecedentes?wsdl", transport=transport).service


@pytest.mark.parametrize(
    ("names", "answer"),
    [
        (("PRUEBA", "EJEMPLO", "ROSA ELVIRA"), OBSERVED),
        (("Prueba", "ejemplo", "  rosa   elvira "), OBSERVED),
        (("PRÚEBA", "EJÉMPLO", "ROSA-ELVIRA"), OBSERVED),
        (("PRUEBA", "HOMONIMO", "JOSE LUIS"), OBSERVED),
        (("PRUEBA", "HOMÓNIMO", "José Luis"), OBSERVED),
        (("PRUEBA", "MUESTRA", "JUAN CARLOS"), CLEAR),
        (("PRUEBA", "", "PEDRO"), CLEAR),
        (("NADIE", "NINGUNO", "ROSA ELVIRA"), CLEAR),
        (("EJEMPLO", "PRUEBA", "ROSA ELVIRA"), CLEAR),
    ],
)
def test_names_alone_decide(query: Any, names: tuple[str, str, str], answer: str) -> None:
    surname, mothers, given = names
    said = query.getAntecedenteJudicial(apepat=surname, apemat=mothers, nombres=given)
    assert said == answer


def asked(url: str, names: str) -> raw.Seen:
    """The query as its callers write it, the names inside as given."""
    return raw.ask(
        url,
        f'<e:Envelope xmlns:e="{raw.SOAP}" xmlns:ws="http://endpoint.wsantjudiciales.inpe.gob.pe">'
        f"<e:Body><ws:getAntecedenteJudicial>{names}</ws:getAntecedenteJudicial></e:Body>"
        "</e:Envelope>".encode(),
        "/antecedentes",
    )


@pytest.mark.parametrize("prefix", ["ws:", ""])
def test_names_are_taken_with_and_without_the_namespace(sandbox: Any, prefix: str) -> None:
    given = {"apepat": "PRUEBA", "apemat": "EJEMPLO", "nombres": "ROSA ELVIRA"}
    names = "".join(f"<{prefix}{key}>{text}</{prefix}{key}>" for key, text in given.items())
    seen = asked(sandbox.url, names)
    assert seen.status == 200
    assert seen.field("getAntecedenteJudicialReturn") == OBSERVED


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        ("<apepat>PRUEBA</apepat>", "takes apepat, apemat, nombres"),
        ("<apepat/><apemat>X</apemat><nombres>Y</nombres>", "cannot be empty"),
        (f"<apepat>{'A' * 201}</apepat><apemat/><nombres>Y</nombres>", "200 letters"),
    ],
)
def test_what_is_no_query_is_a_fault(sandbox: Any, names: str, reason: str) -> None:
    seen = asked(sandbox.url, names)
    assert seen.status == 500
    assert reason in seen.text


def test_the_query_suffers_armed_faults_too(sandbox: Any) -> None:
    sandbox.control(fault="html_502", operation="getAntecedenteJudicial")
    names = "<apepat>PRUEBA</apepat><apemat/><nombres>PEDRO</nombres>"
    assert asked(sandbox.url, names).status == 502
    assert raw.ask(sandbox.url, raw.health()).status == 200
