"""The pages for people: requests, reviews, vouchers, faults; and who may give orders."""

import itertools
import re
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from queue_server.issuance.sandbox.traits.catalogue import TRAITS

SEQUENCES = itertools.count(800_000)
PAGES = ("/", "/vouchers", "/fallas")


@dataclass(frozen=True)
class Browser:
    """One without scripts: it follows, and says where a form comes from."""

    http: httpx.Client
    url: str

    def get(self, path: str) -> httpx.Response:
        """A page."""
        return self.http.get(self.url + path)

    def post(self, path: str, **sent: Any) -> httpx.Response:
        """The page after a form."""
        origin = {"Origin": self.url}
        return self.http.post(self.url + path, headers=origin, follow_redirects=True, **sent)


@pytest.fixture
def browser(sandbox: Any) -> Any:
    """A browser in front of the shared process."""
    return Browser(sandbox.http, sandbox.url)


def voucher_form(**changes: str) -> dict[str, str]:
    """The fields of the voucher form, typed for the ordinary person."""
    typed = {
        "payer": "01 10117410",
        "other_type": "01",
        "other_number": "",
        "sequence": str(next(SEQUENCES)),
        "paid_on": "2026-11-20",
        "amount": "37.70",
        "agency": "",
        "cashier": "",
        "paid_at": "",
        "visible_after_s": "0",
    }
    return typed | changes


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_whole_in_itself(browser: Any, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert not re.search(r"<script|<link|<img|https?://", answer.text)
    assert 'lang="es"' in answer.text
    assert "SIN VALOR LEGAL" in answer.text


def test_a_person_decides_a_review_and_only_once(browser: Any, caller: Any) -> None:
    request = caller.request("10117436")
    caller.send(request)
    id = request["idSolicitud"]
    assert browser.get("/").text.count(id) == 3, "in both lists, and in the form"
    shown = browser.post("/revisar", data={"id": id, "issue": "yes"})
    assert (shown.status_code, str(shown.url.path)) == (200, "/")
    found = caller.inquire(id).solicitud
    assert found.estado == "EMITIDO"
    assert found.numeroCertificado in shown.text
    again = browser.post("/revisar", data={"id": id, "issue": "no"})
    assert again.status_code == 409
    assert "ya no espera una decisión" in again.text
    assert caller.inquire(id).solicitud.estado == "EMITIDO"


def test_a_person_refuses_a_review(browser: Any, caller: Any) -> None:
    request = caller.request("10117436")
    caller.send(request)
    browser.post("/revisar", data={"id": request["idSolicitud"], "issue": "no"})
    assert caller.inquire(request["idSolicitud"]).coRespuesta == "0021"


def test_the_list_is_bounded_and_goes_on_behind_a_link(browser: Any, caller: Any) -> None:
    ids = []
    for _ in range(52):
        request = caller.request()
        ids.append(request["idSolicitud"])
        caller.send(request)
    newest = browser.get("/").text
    assert newest.index(ids[51]) < newest.index(ids[50])
    assert ids[0] not in newest
    [earlier] = re.findall(r'href="(/\?antes=[0-9]+)"', newest)
    assert ids[0] in browser.get(earlier).text
    assert browser.get("/?antes=x").status_code == 200


def test_what_a_caller_sent_is_shown_as_text(browser: Any, caller: Any, sandbox: Any) -> None:
    typed = voucher_form(sequence='"><script>alert(1)</script>')
    answer = browser.post("/vouchers", data=typed)
    assert answer.status_code == 400
    assert "<script" not in answer.text
    assert "Secuencia: de 1 a 20" in answer.text


def test_a_person_makes_a_voucher_that_pays(browser: Any, caller: Any) -> None:
    typed = voucher_form(amount="37,7", agency="0011", paid_at="10:15", used="")
    shown = browser.post("/vouchers", data=typed)
    assert shown.status_code == 200
    assert typed["sequence"] in shown.text
    answer = caller.validate(typed["sequence"])
    assert (answer.coRespuesta, answer.pago.montoCentimos) == ("0000", 3770)


def test_a_voucher_may_be_of_anybody_and_show_later(browser: Any, caller: Any) -> None:
    typed = voucher_form(other_type="07", other_number="zz1", visible_after_s="600")
    assert "Se verá en 10 min" in browser.post("/vouchers", data=typed).text
    assert caller.validate(typed["sequence"], "ZZ1", "07").coRespuesta == "0045"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount": "mucho"}, "Monto: escriba soles"),
        ({"amount": "0"}, "Monto: de S/ 0.01"),
        ({"amount": "37.701"}, "Monto: escriba soles"),
        ({"paid_on": ""}, "Fecha: un día"),
        ({"paid_at": "25:00:00"}, "Hora: horas"),
        ({"agency": "a-1"}, "Agencia: de 1 a 10"),
        ({"visible_after_s": "-1"}, "Se ve después de"),
        ({"other_number": "123"}, "Pagador: el número"),
        ({"sequence": "000123"}, "escriba otra secuencia"),
    ],
)
def test_a_form_that_cannot_be_used_says_which_field_and_keeps_the_rest(
    browser: Any, changes: dict[str, str], words: str
) -> None:
    answer = browser.post("/vouchers", data=voucher_form(cashier="777") | changes)
    assert answer.status_code == 400
    assert words in answer.text
    assert 'value="777"' in answer.text


def test_a_person_switches_faults_on_and_off(browser: Any, sandbox: Any) -> None:
    order = {"fault": "slow", "seconds": "0.5", "operation": "", "times": "2", "percent": "15"}
    shown = browser.post("/fallas/activar", data=order)
    assert "Apagar todas (1)" in shown.text
    assert (sandbox.armed()["slow"]["seconds"], sandbox.armed()["slow"]["rate"]) == (0.5, 0.15)
    browser.post("/fallas/activar", data={"fault": "answer", "code": "0010", "percent": "100"})
    assert (sandbox.armed()["answer"]["code"], sandbox.armed()["answer"]["rate"]) == ("0010", 1)
    browser.post("/fallas/apagar", data={"fault": "slow"})
    assert set(sandbox.armed()) == {"answer"}
    assert "Apagar todas" not in browser.post("/fallas/apagar-todas").text
    assert not sandbox.armed()


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ({"fault": "slow", "seconds": "9999"}, "Revise Segundos"),
        ({"fault": "gzip", "percent": "0"}, "Revise De cada 100"),
        ({"fault": "gzip", "times": "0"}, "Revise Veces"),
        ({"fault": "nada"}, "no existe"),
    ],
)
def test_an_order_that_cannot_be_followed_says_which_field(
    browser: Any, order: dict[str, str], words: str
) -> None:
    answer = browser.post("/fallas/activar", data=order)
    assert answer.status_code == 400
    assert words in answer.text


def test_every_fault_can_be_switched_on_as_its_form_stands(browser: Any, sandbox: Any) -> None:
    page = browser.get("/fallas").text
    forms = re.findall(r'action="/fallas/activar">(.*?)</form>', page)
    assert len(forms) == len(TRAITS)
    for form in forms:
        fields = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', form))
        for name, choices in re.findall(r'<select name="(\w+)">(.*?)</select>', form):
            chosen = re.search(r'value="([^"]*)" selected', choices)
            first = re.search(r'value="([^"]*)"', choices)
            assert first
            fields[name] = (chosen or first)[1]
        assert browser.post("/fallas/activar", data=fields).status_code == 200, fields
    assert len(sandbox.armed()) == len(TRAITS)


# --- who may give orders ------------------------------------------------------------------------
ORDERS = [
    ("/revisar", {"id": "x", "issue": "yes"}),
    ("/vouchers", {"sequence": "1"}),
    ("/fallas/activar", {"fault": "gzip"}),
    ("/fallas/apagar-todas", {}),
]


@pytest.mark.parametrize(("path", "form"), ORDERS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://otra.example"},
        {"Origin": "null"},
        {"Host": "otra.example:8090", "Origin": "http://otra.example:8090"},
    ],
)
def test_a_page_of_somebody_else_cannot_give_orders(
    sandbox: Any, path: str, form: dict[str, str], headers: dict[str, str]
) -> None:
    answer = sandbox.http.post(f"{sandbox.url}{path}", data=form, headers=headers)
    assert answer.status_code == 403


def test_nor_through_the_control(sandbox: Any) -> None:
    answer = sandbox.http.post(
        f"{sandbox.url}/control",
        content=b'{"fault": "gzip"}',
        headers={"Origin": "https://otra.example", "Content-Type": "text/plain"},
    )
    assert answer.status_code == 403
    assert not sandbox.armed()


@pytest.mark.negative_control
def test_its_own_page_and_a_program_can(sandbox: Any) -> None:
    for headers in ({"Origin": sandbox.url}, {}):
        answer = sandbox.http.post(
            f"{sandbox.url}/fallas/activar",
            data={"fault": "gzip"},
            headers=headers,
        )
        assert answer.status_code == 303


def test_a_form_nobody_waits_for_is_not_found(browser: Any) -> None:
    assert browser.post("/otra", data={"a": "b"}).status_code == 404
    assert browser.get("/otra").status_code == 404
    many = "&".join(f"f{n}=1" for n in range(100))
    assert browser.post("/vouchers", content=many).status_code == 400
