"""The bank's vouchers: what there is, and a form to make one more."""

from collections.abc import Iterable, Mapping
from datetime import date

from queue_server.issuance.sandbox.bank import Shown, VoucherExists
from queue_server.issuance.sandbox.pages.layout import (
    escape,
    message,
    options,
    page,
    pill,
    soles,
    table,
)
from queue_server.issuance.sandbox.pages.requests import DOCUMENTS
from queue_server.issuance.sandbox.people import Person
from queue_server.issuance.sandbox.vouchers import Voucher, written_voucher

TITLE, TAB = "Vouchers del Banco de la Nación", "/vouchers"
LISTED = 50
PEOPLE_LISTED = 200
_COLUMNS = ("Secuencia", "Fecha", "Pagador", "Monto", "Agencia · cajero · hora", "Estado")
# What a person reads when a field is wrong, by the name that stands in the refusal.
_ABOUT = {
    "sequence": "Secuencia: de 1 a 20 números o letras mayúsculas, como está impresa.",
    "agency": "Agencia: de 1 a 10 números o letras mayúsculas.",
    "cashier": "Cajero: de 1 a 10 números o letras mayúsculas.",
    "paid_on": "Fecha: un día desde 1900.",
    "paid_at": "Hora: horas, minutos y segundos.",
    "amount_centimos": "Monto: de S/ 0.01 a S/ 100 000.00.",
    "visible_after_s": "Se ve después de: de 0 a 604 800 segundos.",
    "number": "Pagador: el número no corresponde al tipo de documento.",
}


class FormRefused(ValueError):
    """What was typed cannot be used; the words, in Spanish, say which field and how it is."""


def vouchers_page(
    vouchers: Iterable[Shown],
    people: Iterable[Person],
    minimum_centimos: int,
    today: date,
    typed: Mapping[str, str],
    error: str,
    counts: Mapping[str, int],
) -> bytes:
    """The form, with what was typed if it was refused, and the list, newest first."""
    rows = [_row(shown, minimum_centimos) for shown in vouchers]
    body = (
        message(error)
        + '<p class="hint">Lo que una persona pagó en el banco. Secuencia y fecha identifican el'
        " pago; con ellas y el documento de quien pagó se valida en el kiosco.</p>"
        + _form(people, today, typed)
        + "<h2>Últimos vouchers</h2>"
        + table(_COLUMNS, rows, "No hay vouchers.")
    )
    return page(TITLE, body, TAB, counts)


def voucher_of(form: Mapping[str, str]) -> Voucher:
    """The voucher a form describes. Raises FormRefused."""
    kind, _, number = form.get("payer", "").partition(" ")
    if form.get("other_number"):
        kind, number = form.get("other_type", ""), form["other_number"].strip().upper()
    entry = {
        "payer_type": kind,
        "payer_number": number,
        "sequence": form.get("sequence", "").strip().upper(),
        "paid_on": form.get("paid_on", ""),
        "amount_centimos": _centimos(form.get("amount", "")),
        "agency": form.get("agency", "").strip().upper() or None,
        "cashier": form.get("cashier", "").strip().upper() or None,
        "paid_at": form.get("paid_at") or None,
        "visible_after_s": _seconds(form.get("visible_after_s", "")),
        "used": form.get("used") == "yes",
    }
    try:
        return written_voucher(entry, "")
    except ValueError as error:
        raise FormRefused(in_spanish(error)) from error


def in_spanish(error: ValueError) -> str:
    """Why a voucher cannot be made, for the person at the form."""
    if isinstance(error, VoucherExists):
        return "Ya hay un voucher con esa secuencia en esa fecha: escriba otra secuencia."
    about = (words for name, words in _ABOUT.items() if name in str(error))
    return f"No se pudo crear el voucher. {next(about, 'Revise los datos.')}"


def _centimos(text: str) -> int:
    whole, _, cents = text.strip().replace(",", ".").partition(".")
    digits = whole + cents.ljust(2, "0")
    if len(cents) > 2 or not digits.isascii() or not digits.isdigit() or len(digits) > 9:
        raise FormRefused("No se pudo crear el voucher. Monto: escriba soles, como 37.70.")
    return int(digits)


def _seconds(text: str) -> int:
    if not text.strip():
        return 0
    if not text.strip().isdecimal() or len(text) > 7:
        raise FormRefused(f"No se pudo crear el voucher. {_ABOUT['visible_after_s']}")
    return int(text)


def _form(people: Iterable[Person], today: date, typed: Mapping[str, str]) -> str:
    def value(name: str, usual: str = "") -> str:
        return f'name="{name}" value="{escape(typed.get(name, usual))}"'

    payers = {
        f"{person.type} {person.number}": f"{DOCUMENTS[person.type]} {person.number} · "
        f"{person.full_name}"
        for person in people
    }
    used = " checked" if typed.get("used") == "yes" else ""
    return (
        '<form class="card fields" method="post" action="/vouchers">'
        '<label class="wide">Pagador<select name="payer">'
        f"{options(payers, typed.get('payer', ''))}</select></label>"
        '<label>Otro documento<select name="other_type">'
        f"{options(DOCUMENTS, typed.get('other_type', ''))}</select></label>"
        f"<label>Número, si es otro<input {value('other_number')} maxlength=15></label>"
        f"<label>Secuencia<input {value('sequence')} required maxlength=20"
        ' placeholder="000200"></label>'
        f"<label>Fecha<input type=date {value('paid_on', today.isoformat())} required></label>"
        "<label>Monto en soles"
        f"<input inputmode=decimal {value('amount', '37.70')} required></label>"
        f"<label>Agencia (opcional)<input {value('agency')} maxlength=10></label>"
        f"<label>Cajero (opcional)<input {value('cashier')} maxlength=10></label>"
        f"<label>Hora (opcional)<input type=time step=1 {value('paid_at')}></label>"
        "<label>Se ve después de (segundos)"
        f"<input type=number min=0 max=604800 {value('visible_after_s', '0')}></label>"
        f'<label class="tick"><input type=checkbox name="used" value="yes"{used}>'
        "Ya fue usado</label>"
        '<div class="wide"><button class="main">Crear voucher</button></div></form>'
    )


def _row(shown: Shown, minimum_centimos: int) -> str:
    voucher = shown.voucher
    evidence = (voucher.agency, voucher.cashier, voucher.paid_at)
    return (
        f"<tr><td>{escape(voucher.sequence)}</td>"
        f"<td>{voucher.paid_on:%d/%m/%Y}</td>"
        f"<td>{escape(DOCUMENTS[voucher.payer_type])} {escape(voucher.payer_number)}</td>"
        f"<td>{soles(voucher.amount_centimos)}</td>"
        f"<td>{' · '.join(escape(part or '—') for part in evidence)}</td>"
        f"<td>{_state(shown, minimum_centimos)}</td></tr>"
    )


def _state(shown: Shown, minimum_centimos: int) -> str:
    if shown.shows_in_s > 0:
        return pill(f"Se verá en {_span(shown.shows_in_s)}", "wait")
    if shown.used:
        return pill("Usado", "bad")
    if shown.voucher.amount_centimos < minimum_centimos:
        return pill("Monto insuficiente", "bad")
    return pill("Disponible", "good")


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
