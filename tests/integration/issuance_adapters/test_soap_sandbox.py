"""The client against the stand-in of the centre, a process of its own: what each person gets."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from time import monotonic
from uuid import UUID, uuid4

import pytest

from queue_server.issuance.adapters.pdf import PdfSignatureVerifier
from queue_server.issuance.adapters.soap import Credential, SoapBackend, credential_file
from queue_server.issuance.model import (
    Applicant,
    Document,
    Found,
    Holder,
    Issued,
    NotKnown,
    PaymentEvidence,
    Refusal,
    Refused,
    TryLater,
    UnderReview,
    Unknown,
)
from tests.integration.issuance_adapters.conftest import SandboxProcess, settings

JUAN = Applicant("01", "10117410", date(1980, 1, 1))
JOSE = Applicant("01", "10117436", date(1990, 3, 15))
MIA = Applicant("01", "10117444", date(2015, 5, 5))
KATHERINE = Applicant("04", "900117451", date(1988, 11, 2))
LUIS = Applicant("04", "900117500", date(1985, 4, 18))
ANNA = Applicant("07", "XA0117460", date(1992, 8, 24))
CARMEN = Applicant("01", "10117479", date(1969, 2, 28))
PEDRO = Applicant("01", "10117487", date(1958, 10, 9))


def paid(amount: int = 3770, reference: str = "") -> PaymentEvidence:
    when = datetime(2026, 11, 3, 15, 4, 5, 678901, tzinfo=UTC)
    return PaymentEvidence("card", amount, reference or uuid4().hex[:12], when)


def refusal(answer: object) -> Refusal | object:
    return answer.reason if isinstance(answer, Refused) else answer


def test_a_document_leads_to_its_holder(backend: SoapBackend) -> None:
    expected = Holder("JUAN CARLOS", "PRUEBA", "MUESTRA", data_match=True, of_age=True)
    assert backend.holder(JUAN) == Found(expected)


def test_a_missing_second_surname_is_empty_not_none(backend: SoapBackend) -> None:
    for each in (ANNA, PEDRO):
        answer = backend.holder(each)
        assert isinstance(answer, Found)
        assert answer.holder.second_surname == ""


def test_a_certificate_in_force_is_told_with_its_last_day(backend: SoapBackend) -> None:
    answer = backend.holder(CARMEN)
    assert isinstance(answer, Found)
    assert answer.holder.certificate_number == "CAJ-PRUEBA-0000479"
    assert isinstance(answer.holder.certificate_until, date)


def test_a_foreigner_in_order_is_found(backend: SoapBackend) -> None:
    assert isinstance(backend.holder(KATHERINE), Found)


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        (Applicant("01", "99999999", date(1980, 1, 1)), Refusal.UNKNOWN_DOCUMENT),
        (Applicant("01", "123456789", date(1980, 1, 1)), Refusal.UNKNOWN_DOCUMENT),
        (Applicant("01", "10117410", date(1980, 1, 2)), Refusal.DATA_MISMATCH),
        (LUIS, Refusal.NOT_IN_FORCE),
    ],
)
def test_who_cannot_apply_is_told_why(
    backend: SoapBackend, who: Applicant, reason: Refusal
) -> None:
    assert refusal(backend.holder(who)) is reason


def test_a_minor_is_found_and_not_of_age_and_a_request_is_refused(backend: SoapBackend) -> None:
    answer = backend.holder(MIA)
    assert isinstance(answer, Found)
    assert answer.holder.of_age is False
    assert refusal(backend.request(uuid4(), MIA, paid())) is Refusal.UNDER_AGE


def test_a_request_is_issued_fetched_and_its_signature_holds(
    backend: SoapBackend, sandbox: SandboxProcess
) -> None:
    application = uuid4()
    issued = backend.request(application, JUAN, paid())
    assert isinstance(issued, Issued)
    assert backend.inquire(application) == issued
    document = backend.fetch(issued.certificate_number)
    assert isinstance(document, Document)
    assert PdfSignatureVerifier(sandbox.ca).verify(document.pdf).problems == ()


def test_the_same_request_again_gets_the_same_answer(backend: SoapBackend) -> None:
    application, evidence = uuid4(), paid()
    assert backend.request(application, JUAN, evidence) == backend.request(
        application, JUAN, evidence
    )


def test_a_request_that_differs_under_a_known_id_is_never_taken_as_refused(
    backend: SoapBackend,
) -> None:
    application = uuid4()
    issued = backend.request(application, JUAN, paid())
    assert backend.request(application, PEDRO, paid()) == Unknown("code_0031")
    assert backend.inquire(application) == issued


def test_a_review_is_followed_until_people_decide(
    backend: SoapBackend, sandbox: SandboxProcess
) -> None:
    for wanted, expected in ((True, Issued), (False, Refused)):
        application = uuid4()
        assert backend.request(application, JOSE, paid()) == UnderReview()
        assert backend.inquire(application) == UnderReview()
        sandbox.tell(decide=str(application), issue=wanted)
        decided = backend.inquire(application)
        assert isinstance(decided, expected)
        if isinstance(decided, Refused):
            assert decided.reason is Refusal.NOT_ACCEPTED


def test_too_little_money_and_a_used_payment_are_refused_by_name(backend: SoapBackend) -> None:
    assert refusal(backend.request(uuid4(), JUAN, paid(amount=1))) is Refusal.PAYMENT_TOO_LITTLE
    once = paid()
    assert isinstance(backend.request(uuid4(), JUAN, once), Issued)
    assert refusal(backend.request(uuid4(), JUAN, once)) is Refusal.PAYMENT_USED


def test_an_application_that_never_arrived_is_not_known(backend: SoapBackend) -> None:
    assert backend.inquire(uuid4()) == NotKnown()


def test_a_reply_lost_after_the_work_is_unknown_and_the_inquiry_finds_it(
    backend: SoapBackend, sandbox: SandboxProcess
) -> None:
    application = uuid4()
    sandbox.tell(fault="lose_reply")
    assert backend.request(application, JUAN, paid()) == Unknown("closed")
    assert isinstance(backend.inquire(application), Issued)


def test_a_slow_centre_leaves_a_request_unknown_at_the_deadline(sandbox: SandboxProcess) -> None:
    sandbox.tell(fault="slow", seconds=30, operation="solicitarCertificado")
    began = monotonic()
    answer = SoapBackend(settings(sandbox.url, 0.3)).request(uuid4(), JUAN, paid())
    assert answer == Unknown("timeout")
    assert monotonic() - began < 15, "the centre would take thirty"


def test_a_page_of_a_gateway_is_no_answer(backend: SoapBackend, sandbox: SandboxProcess) -> None:
    sandbox.tell(fault="down")
    assert backend.request(uuid4(), JUAN, paid()) == Unknown("http_503")
    assert backend.holder(JUAN) == Unknown("http_503")
    assert backend.healthy() is False


def test_health_is_what_the_centre_says(backend: SoapBackend, sandbox: SandboxProcess) -> None:
    assert backend.healthy() is True
    sandbox.tell(fault="answer", code="0003", operation="estadoServicio")
    assert backend.healthy() is False


def test_nothing_listening_means_nothing_was_done(backend: SoapBackend) -> None:
    nobody = SoapBackend(settings("http://127.0.0.1:1/emision"))
    nothing = TryLater("no_connection")
    assert nobody.request(uuid4(), JUAN, paid()) == nothing
    assert (nobody.holder(JUAN), nobody.inquire(uuid4()), nobody.fetch("CAJ-1")) == (nothing,) * 3
    assert nobody.healthy() is False


def test_a_refused_account_stops_sales_but_never_refuses_who_has_paid(
    sandbox: SandboxProcess,
) -> None:
    stranger = SoapBackend(settings(sandbox.url, credential=Credential("NADIE", "ninguna")))
    assert refusal(stranger.holder(JUAN)) is Refusal.CALLER_NOT_ALLOWED
    assert stranger.request(uuid4(), JUAN, paid()) == TryLater("backend")


def test_a_new_password_in_the_file_counts_from_the_next_call(
    sandbox: SandboxProcess, tmp_path: Path
) -> None:
    file = tmp_path / "centre.toml"
    given = settings(sandbox.url)
    client = SoapBackend(type(given)(**{**vars(given), "credential": credential_file(file)}))
    assert client.holder(JUAN) == TryLater("backend")  # there is no file yet
    file.write_text('user = "KIOSKO-PRUEBA"\npassword = "vieja"\n')
    assert refusal(client.holder(JUAN)) is Refusal.CALLER_NOT_ALLOWED
    file.write_text('user = "KIOSKO-PRUEBA"\npassword = "clave-de-prueba-0001"\n')
    assert isinstance(client.holder(JUAN), Found)


def test_eight_threads_on_one_client_get_each_their_own_answer(backend: SoapBackend) -> None:
    people = {JUAN: "MUESTRA", CARMEN: "VIGENTE", KATHERINE: "FICTICIA", PEDRO: ""}
    numbers: dict[UUID, str] = {}

    def work(turn: int) -> bool:
        who = list(people)[turn % len(people)]
        if turn % 4 == 3:
            application = uuid4()
            issued = backend.request(application, JUAN, paid())
            assert isinstance(issued, Issued)
            numbers[application] = issued.certificate_number
            return backend.inquire(application) == issued
        answer = backend.holder(who)
        return isinstance(answer, Found) and answer.holder.second_surname == people[who]

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(160)))
    assert len(set(numbers.values())) == len(numbers) == 40
