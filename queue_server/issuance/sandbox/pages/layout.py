"""The frame of every page: heading, tabs, style. Texts come in as plain text and are escaped."""

import html
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from queue_server.issuance.sandbox.certificate import WORTHLESS

HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
}
TABS = (("/", "Solicitudes"), ("/vouchers", "Vouchers"), ("/fallas", "Fallas"))
_STYLE = Path(__file__).with_name("style.css")


def page(
    title: str,
    body: str,
    tab: str = "",
    counts: Mapping[str, int] | None = None,
    refresh: bool = False,
) -> bytes:
    """A whole page. `body` is HTML; `tab`: the address of its tab; `counts`: numbers on tabs.

    `refresh`: it loads itself again every 15 s.
    """
    again = '<meta http-equiv="refresh" content="15">' if refresh else ""
    tabs = "".join(_tab(address, name, tab, counts or {}) for address, name in TABS)
    navigation = f'<nav aria-label="Secciones">{tabs}</nav>' if tab else ""
    return (
        '<!doctype html><html lang="es"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"{again}<title>{escape(title)} · simulador</title><style>{_style()}</style></head>"
        f"<body><header>SIMULADOR DEL SERVICIO DE EMISIÓN — {WORTHLESS}</header>{navigation}"
        f"<main{'' if tab else ' class=narrow'}><h1>{escape(title)}</h1>{body}</main></body></html>"
    ).encode()


@cache
def _style() -> str:
    return _STYLE.read_text("utf-8")


def escape(text: object) -> str:
    """Text as HTML, also inside of quoted attributes."""
    return html.escape(str(text))


def message(words: str) -> str:
    """What went wrong, at the top; nothing for no words."""
    return f'<p class="message" role="alert">{escape(words)}</p>' if words else ""


def table(titles: tuple[str, ...], rows: list[str], none: str) -> str:
    """A table of ready rows, or the words for none."""
    if not rows:
        return f'<div class="card empty">{escape(none)}</div>'
    heads = "".join(f"<th scope=col>{escape(title)}</th>" for title in titles)
    return f'<div class="card"><table><tr>{heads}</tr>{"".join(rows)}</table></div>'


def pill(words: str, kind: str = "") -> str:
    """A state in a coloured capsule: good, wait, bad or plain."""
    return f'<span class="pill {kind}">{escape(words)}</span>'


def soles(centimos: int) -> str:
    """`S/ 37.70`."""
    return f"S/ {centimos // 100}.{centimos % 100:02d}"


def options(choices: Mapping[str, str], chosen: str = "") -> str:
    """The options of a list: value and words."""
    return "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>'
        f"{escape(words)}</option>"
        for value, words in choices.items()
    )


def _tab(address: str, name: str, current: str, counts: Mapping[str, int]) -> str:
    here = ' aria-current="page"' if address == current else ""
    count = f'<span class="count">{counts[address]}</span>' if counts.get(address) else ""
    return f'<a href="{address}"{here}>{escape(name)}{count}</a>'
