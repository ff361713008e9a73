"""The download page and the tracking page over HTTP: what they say, to whom, and how often."""

import contextlib
import re
import sqlite3
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import httpx
import pytest

from queue_server.core.clock import SystemClock
from queue_server.issuance.model import LetterState
from queue_server.issuance.services import identification, link_views
from queue_server.turns.api.guesses import MISSES_AT_ONCE
from queue_server.web.pages import HEADERS
from tests.support.centre import eventually
from tests.support.delivered import PDF, Given, HandClock, Shelf, database_at
from tests.support.site import Site, running_site

OF_A_RESULT = re.compile(r"registra|antecedente|observado|PRUEBA ANA", re.IGNORECASE)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("delivery")) as running:
        yield running


@pytest.fixture(scope="module")
def clock() -> HandClock:
    """Of the one who writes; the server has the time of day."""
    clock = HandClock()
    clock.instant = SystemClock().now()
    return clock


@pytest.fixture(scope="module")
def shelf(site: Site, clock: HandClock) -> Iterator[Shelf]:
    database = database_at(site, clock)
    yield Shelf(database)
    database.close()


class Phone:
    """A browser at an address of its own, as the proxy on the server's host tells it."""

    def __init__(self, http: httpx.Client, address: str) -> None:
        self._http = http
        self._says = {"X-Forwarded-For": address}

    def get(self, path: str, timeout: float = 15) -> httpx.Response:
        return self._http.get(path, headers=self._says, timeout=timeout)

    def head(self, path: str) -> httpx.Response:
        return self._http.head(path, headers=self._says)

    def page(self, token: str) -> httpx.Response:
        return self.get(f"/c/{token}")

    def file(self, token: str, timeout: float = 15) -> httpx.Response:
        return self.get(f"/c/{token}/certificado.pdf", timeout)

    def follow(self, number: str, ending: str) -> httpx.Response:
        typed = {"number": number, "ending": ending}
        return self._http.post("/seguimiento", data=typed, headers=self._says)


@pytest.fixture(scope="module")
def new_phone(site: Site) -> Iterator[Callable[[], Phone]]:
    """Phones, each at another address."""
    addresses = count(1)
    with httpx.Client(base_url=site.url, trust_env=False, timeout=15) as http:
        yield lambda: Phone(http, f"10.9.0.{next(addresses)}")


@pytest.fixture
def phone(new_phone: Callable[[], Phone]) -> Phone:
    return new_phone()


def check_private(answer: httpx.Response) -> None:
    """Nobody keeps it, indexes it, or learns its address."""
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in answer.headers["x-robots-tag"]
    assert answer.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]


# --- the private link -----------------------------------------------------------------------------
def test_the_page_offers_the_file_and_says_nothing_of_the_person(
    phone: Phone, shelf: Shelf
) -> None:
    given = shelf.put()
    answer = phone.page(given.token)
    assert answer.status_code == 200
    check_private(answer)
    for words in ("Su certificado está listo", given.number, f"/c/{given.token}/certificado.pdf"):
        assert words in answer.text
    assert not OF_A_RESULT.search(answer.text)
    assert given.who.document_number not in answer.text
    assert "<script" not in answer.text


def test_the_file_is_an_attachment_that_nobody_keeps(phone: Phone, shelf: Shelf) -> None:
    given = shelf.put()
    answer = phone.file(given.token)
    assert answer.content == PDF
    check_private(answer)
    assert answer.headers["content-type"] == "application/pdf"
    name = f'attachment; filename="certificado-{given.number}.pdf"'
    assert answer.headers["content-disposition"] == name
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_looking_at_the_page_is_no_download(phone: Phone, shelf: Shelf) -> None:
    given = shelf.put()
    for path in (f"/c/{given.token}", f"/c/{given.token}/certificado.pdf"):
        assert phone.head(path).status_code == 405
    for _ in range(3):
        phone.page(given.token)
    eventually(lambda: shelf.views(given, link_views.PAGE))
    assert shelf.views(given, link_views.PAGE) == [1]
    assert shelf.views(given, link_views.FILE) == []
    phone.file(given.token)
    assert shelf.views(given, link_views.FILE) == [1]


def test_a_file_taken_too_often_asks_for_patience(phone: Phone, shelf: Shelf) -> None:
    given = shelf.put()
    for _ in range(link_views.DOWNLOADS):
        assert phone.file(given.token).status_code == 200
    answer = phone.file(given.token)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 60
    assert "espere un minuto" in answer.text
    assert phone.page(given.token).status_code == 200


def test_an_expired_link_says_how_to_have_another_and_an_unknown_one_is_not_found(
    phone: Phone, shelf: Shelf, clock: HandClock
) -> None:
    clock.forward(days=-8)
    expired = shelf.put()
    clock.forward(days=8)
    for answer in (phone.page(expired.token), phone.file(expired.token)):
        assert answer.status_code == 410
        check_private(answer)
        assert "Este enlace venció" in answer.text
        assert "no se cobra" in answer.text
    for answer in (phone.page("x" * 43), phone.file("x" * 43), phone.page("%2e%2e")):
        assert answer.status_code == 404
        check_private(answer)
        assert "No encontramos este enlace" in answer.text


def until_refused(guess: Callable[[int], httpx.Response]) -> list[httpx.Response]:
    """The answers up to the first that tells them to wait; on a slow machine some misses are
    forgiven before."""
    answers: list[httpx.Response] = []
    while len(answers) < 3 * MISSES_AT_ONCE:
        answers.append(guess(len(answers)))
        if answers[-1].status_code == 429:
            break
    return answers


def test_who_guesses_links_has_to_wait_and_who_has_one_does_not(
    new_phone: Callable[[], Phone], shelf: Shelf
) -> None:
    guesser, given = new_phone(), shelf.put()
    assert guesser.page(given.token).status_code == 200
    answers = until_refused(lambda number: guesser.page(f"{number:043}"))
    assert [each.status_code for each in answers[:MISSES_AT_ONCE]] == [404] * MISSES_AT_ONCE
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0
    assert guesser.page(given.token).status_code == 200
    assert guesser.file(given.token).status_code == 200
    assert new_phone().page("y" * 43).status_code == 404


@contextlib.contextmanager
def database_busy(site: Site) -> Iterator[None]:
    """Somebody else holds the one lock of the file."""
    with contextlib.closing(
        sqlite3.connect(site.folder / "ventanilla.db", isolation_level=None)
    ) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def test_a_busy_database_delays_no_page_but_no_byte_leaves_unrecorded(
    site: Site, phone: Phone, shelf: Shelf
) -> None:
    given = shelf.put()
    with database_busy(site):
        assert phone.page(given.token).status_code == 200
        with pytest.raises(httpx.ReadTimeout):
            phone.file(given.token, timeout=0.3)
    eventually(lambda: shelf.views(given, link_views.PAGE))
    assert phone.file(given.token).content == PDF
    assert shelf.views(given, link_views.FILE)


def without_numbers(page: str, given: Given) -> str:
    """The page as anybody's; every number has the same length for everybody."""
    certificate = f"PRUEBA-{given.number[4:9]}"
    for own in (given.token, given.number, certificate, given.ending):
        page = page.replace(own, "#" * len(own))
    return page


def test_the_page_is_the_same_to_the_byte_whatever_the_file_holds(
    phone: Phone, shelf: Shelf
) -> None:
    pages: list[str] = []
    for pdf in (b"%PDF NO REGISTRA", b"%PDF REGISTRA" + b" " * 5000):
        given = shelf.put(pdf=pdf)
        page = phone.page(given.token).text
        followed = phone.follow(given.number, given.ending).text
        pages += [without_numbers(page, given), without_numbers(followed, given)]
    assert pages[0] == pages[2]
    assert pages[1] == pages[3]


# --- the tracking page ----------------------------------------------------------------------------
def test_the_form_is_filled_from_the_link_of_a_qr_code(phone: Phone) -> None:
    assert 'value=""' in phone.get("/seguimiento").text
    assert 'value="K07-00042-Z"' in phone.get("/s?n=k0700042z").text
    hostile = phone.get('/s?n="><script>alert(1)</script>')
    assert "<script" not in hostile.text
    assert hostile.status_code == 200


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("registered", "Falta el pago"),
        ("accepted", "Estamos tramitando su certificado"),
        ("under_review", "Su solicitud está en revisión"),
        ("issued", "Su certificado está listo"),
        ("refused", "La central no admitió su solicitud"),
    ],
)
def test_each_state_is_told_in_plain_words(
    phone: Phone, shelf: Shelf, state: str, words: str
) -> None:
    given = shelf.put(state, letter=LetterState.SENT if state == "issued" else None)
    answer = phone.follow(given.number, given.ending)
    assert answer.status_code == 200
    assert words in answer.text
    assert not OF_A_RESULT.search(answer.text)
    assert given.who.document_number not in answer.text
    assert given.token not in answer.text or given.token == ""
    assert answer.headers["cache-control"] == "no-store"
    assert str(answer.url).endswith("/seguimiento")


def answer_to_a_miss(phone: Phone, number: str, ending: str) -> tuple[int, str, dict[str, str]]:
    answer = phone.follow(number, ending)
    kept = {name: value for name, value in answer.headers.items() if name != "date"}
    return answer.status_code, answer.text.replace(number, "#" * len(number)), kept


def test_a_wrong_number_and_a_wrong_document_get_the_same_answer(
    phone: Phone, shelf: Shelf
) -> None:
    given = shelf.put()
    of_document = answer_to_a_miss(phone, given.number, "0000")
    of_number = answer_to_a_miss(phone, "K07-99999-Z", given.ending)
    assert of_document == of_number
    assert of_number[0] == 404
    assert "No encontramos una solicitud" in of_number[1]


def test_after_some_misses_the_number_rests_and_says_for_how_long(
    phone: Phone, shelf: Shelf
) -> None:
    given = shelf.put()
    closed: list[httpx.Response] = []
    for number in (given.number, "K07-98989-Z"):
        for _ in range(identification.TRIES):
            assert phone.follow(number, "0000").status_code == 404
        closed.append(phone.follow(number, "0000"))
    for answer in closed:
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) > 800
        assert "Espere 15 minutos" in answer.text


def test_who_guesses_numbers_has_to_wait(new_phone: Callable[[], Phone], shelf: Shelf) -> None:
    guesser, given = new_phone(), shelf.put()
    answers = until_refused(lambda number: guesser.follow(f"K07-{70000 + number}-Z", "0000"))
    assert [each.status_code for each in answers[:MISSES_AT_ONCE]] == [404] * MISSES_AT_ONCE
    assert answers[-1].status_code == 429
    assert new_phone().follow(given.number, given.ending).status_code == 200


@pytest.mark.parametrize("body", [{}, {"number": "x" * 100_000, "ending": "ñ" * 999}])
def test_what_is_typed_wrong_is_answered_with_the_form(phone: Phone, body: dict[str, Any]) -> None:
    answer = phone.follow(body.get("number", ""), body.get("ending", ""))
    assert answer.status_code == 404
    assert "No encontramos una solicitud" in answer.text
    assert len(answer.text) < 6000


@pytest.mark.negative_control
@pytest.mark.parametrize("words", ["NO REGISTRA ANTECEDENTES", "Observado"])
def test_a_page_that_told_the_result_would_be_caught(words: str) -> None:
    assert OF_A_RESULT.search(f"<p>{words}</p>")
