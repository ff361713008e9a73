"""Every code the centre may send, for every operation, through real HTTP: one answer each."""

import re
from collections.abc import Iterator

import pytest

from queue_server.issuance.adapters.soap import SoapBackend
from queue_server.issuance.wsdl import XSD
from tests.integration.issuance_adapters.conftest import settings
from tests.integration.issuance_adapters.raw_server import Connection, RawServer, http
from tests.integration.issuance_adapters.replies import ASK, CLOSED_SET, GOOD, reply, word

KNOWN_CODES = re.findall(r"^ +(\d{4})  ", XSD.read_text(), re.MULTILINE)
# Other services of the State: success is 0, 1 or 0001 there, 101 to 107 are errors.
DIALECT = ["0", "1", *(str(code) for code in range(101, 108)), "0004", "9999"]
OPERATIONS = list(ASK)

# What a code means where nothing else stands in the reply. `-`: as for a code nobody knows.
TABLE = """
      consultarTitular            validarPago                   solicitarCertificado        consultarSolicitud         obtenerCertificado
0000  unknown:incomplete          later:incomplete              unknown:contradiction       unknown:contradiction      unknown:incomplete
0001  refused:unknown_document    refused:payment_not_accepted  refused:unknown_document    unknown:contradiction      -
0002  later:backend               later:backend                 later:backend               later:backend              later:backend
0003  later:backend               later:backend                 later:backend               later:backend              later:backend
0005  refused:caller_not_allowed  later:backend                 later:backend               later:backend              later:backend
0006  refused:unknown_document    refused:payment_not_accepted  refused:unknown_document    unknown:contradiction      -
0007  refused:under_age           refused:payment_not_accepted  refused:under_age           unknown:contradiction      -
0008  refused:data_mismatch       refused:payment_not_accepted  refused:data_mismatch       unknown:contradiction      -
0009  refused:not_in_force        refused:payment_not_accepted  refused:not_in_force        unknown:contradiction      -
0010  later:quota                 later:quota                   later:quota                 later:quota                later:quota
0011  refused:caller_not_allowed  later:backend                 later:backend               later:backend              later:backend
0020  -                           -                             unknown:contradiction       unknown:contradiction      -
0021  -                           refused:payment_not_accepted  refused:not_accepted        unknown:contradiction      -
0030  -                           -                             -                           not_known                  -
0031  -                           -                             -                           -                          -
0040  -                           refused:payment_not_accepted  refused:not_accepted        unknown:contradiction      -
0041  -                           refused:payment_not_found     refused:payment_not_found   unknown:contradiction      -
0042  -                           refused:payment_used          refused:payment_used        unknown:contradiction      -
0043  -                           refused:payment_of_another    refused:payment_of_another  unknown:contradiction      -
0044  -                           refused:payment_too_little    refused:payment_too_little  unknown:contradiction      -
0045  later:payment_not_visible   later:payment_not_visible     later:payment_not_visible   later:payment_not_visible  later:payment_not_visible
0050  -                           -                             -                           -                          -
"""  # noqa: E501


def read_table() -> dict[tuple[str, str], str]:
    head, *rows = (line.split() for line in TABLE.strip().splitlines())
    found = {
        (row[0], operation): _of_nobody_known(operation, row[0]) if cell == "-" else cell
        for row in rows
        for operation, cell in zip(head, row[1:], strict=True)
    }
    strange = {(code, each): _of_nobody_known(each, code) for code in DIALECT for each in head}
    return found | strange


def _of_nobody_known(operation: str, code: str) -> str:
    """Who has paid is left in doubt, never refused; a question is asked again later."""
    return f"{'unknown' if operation == 'solicitarCertificado' else 'later'}:code_{code}"


EXPECTED = read_table()


class Centre:
    """Says to every question what it was last told."""

    def __init__(self) -> None:
        self.says = b""
        self.server = RawServer(self._play)
        self.client = SoapBackend(settings(self.server.url))

    def _play(self, connection: Connection) -> None:
        while connection.request():
            connection.send(http(self.says))

    def answer(self, operation: str, code: str, more: str = "") -> object:
        self.says = reply(operation, code, more)
        got = ASK[operation](self.client)
        assert isinstance(got, CLOSED_SET[operation])
        return got


@pytest.fixture(scope="module")
def centre() -> Iterator[Centre]:
    made = Centre()
    with made.server:
        yield made
        made.client.close()


def test_the_table_holds_every_code_of_the_contract_for_every_operation() -> None:
    asked = [each for each in OPERATIONS if each != "estadoServicio"]
    assert len(KNOWN_CODES) == 22
    assert set(EXPECTED) == {(c, o) for c in [*KNOWN_CODES, *DIALECT] for o in asked}


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each != "estadoServicio"])
def test_each_code_has_its_answer(centre: Centre, operation: str) -> None:
    got = {code: word(centre.answer(operation, code)) for code in [*KNOWN_CODES, *DIALECT]}
    assert got == {code: EXPECTED[code, operation] for code in got}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_only_our_own_code_of_success_is_a_success(centre: Centre, operation: str) -> None:
    whole = GOOD[operation]
    yes = centre.answer(operation, "0000", whole)
    assert word(yes) in ("done", "true")
    for code in [*DIALECT, *KNOWN_CODES[1:]]:
        assert word(centre.answer(operation, code, whole)) not in ("done", "true", "in_review")


def test_a_strange_code_never_refuses_anybody() -> None:
    refused = {code for (code, _), cell in EXPECTED.items() if cell.startswith("refused")}
    assert not refused & set(DIALECT)


@pytest.mark.parametrize(
    "code", ["OK", "", " 0000", "0000 ", "0x00", "00000", "-1", "0000&#10;", "٠٠٠٠", "9" * 5000]
)
def test_what_is_no_code_is_no_answer(centre: Centre, code: str) -> None:
    for operation in OPERATIONS:
        got = word(centre.answer(operation, code, GOOD[operation]))
        assert got in ("unknown:malformed", "later:malformed", "false")


@pytest.mark.parametrize(
    ("code", "more", "expected"),
    [
        ("0000", "<r:estado>OPERATIVO</r:estado>", True),
        ("0000", "<r:estado>SUSPENDIDO</r:estado>", False),
        ("0000", "<r:estado>operativo</r:estado>", False),
        ("0000", "", False),
        ("0003", "<r:estado>OPERATIVO</r:estado>", False),
        ("0011", "<r:estado>OPERATIVO</r:estado>", False),
    ],
)
def test_the_centre_serves_only_when_it_says_so(
    centre: Centre, code: str, more: str, expected: bool
) -> None:
    assert centre.answer("estadoServicio", code, more) is expected
