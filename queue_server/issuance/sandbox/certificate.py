"""The page of a certificate, drawn with reportlab; worth nothing and saying so. Not signed."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import segno
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

WORTHLESS = "SIN VALOR LEGAL"
# Where the signature's own appearance goes, in points from the lower left corner of the page.
SIGNATURE_BOX = (round(25 * mm), round(52 * mm), round(118 * mm), round(76 * mm))

_WIDTH, _HEIGHT = A4
_LEFT, _RIGHT = 25 * mm, _WIDTH - 25 * mm
_INK, _SOFT, _RULE = HexColor("#1d2733"), HexColor("#5b6673"), HexColor("#c9ced4")
_RED = HexColor("#8c1c22")
_WATERMARK = Color(0.55, 0.11, 0.13, alpha=0.09)
_TEXT, _BOLD, _ITALIC = "Vera", "VeraBd", "VeraIt"  # shipped with reportlab, embedded
_FIRST_FONT: dict[str, Any] = {"initialFontName": _TEXT}  # no trace of Helvetica
_MONTHS = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "setiembre", "octubre", "noviembre", "diciembre"),
)
_DOCUMENTS = {
    "01": "Documento Nacional de Identidad (DNI)",
    "04": "Carné de Extranjería (CE)",
    "07": "Pasaporte",
    "23": "Permiso Temporal de Permanencia (PTP)",
    "26": "Carné de Permiso Temporal de Permanencia (CPP)",
}


@dataclass(frozen=True)
class Page:
    """What the page says. `until`: its last day; `subject`: goes into the metadata."""

    number: str
    names: str
    surnames: str
    document_type: str
    document_number: str
    birth_date: date
    record: bool
    issued_on: date
    until: date
    verification_code: str
    verification_url: str
    subject: str


def draw(page: Page) -> bytes:
    """The unsigned PDF, about 20 ms."""
    _embed_fonts()
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4, lang="es-PE", **_FIRST_FONT)
    canvas.setTitle(f"Certificado de Antecedentes Judiciales {page.number}")
    canvas.setAuthor(f"Documento de prueba {WORTHLESS}")
    canvas.setSubject(page.subject)
    canvas.setCreator("Simulador del servicio de emisión")
    canvas.setKeywords(f"PRUEBA, {WORTHLESS}")
    for part in (_watermark, _band, _heading, _person, _result, _verification, _signature, _foot):
        canvas.saveState()
        part(canvas, page)
        canvas.restoreState()
    canvas.showPage()
    canvas.save()
    return stream.getvalue()


def long_date(day: date) -> str:
    """`21 de noviembre de 2026`."""
    return f"{day.day} de {_MONTHS[day.month - 1]} de {day.year}"


def _embed_fonts() -> None:
    for font in (_TEXT, _BOLD, _ITALIC):
        if font not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(font, f"{font}.ttf"))


def _watermark(canvas: Canvas, _: Page) -> None:
    canvas.translate(_WIDTH / 2, _HEIGHT / 2 - 8 * mm)
    canvas.rotate(52)
    canvas.setFillColor(_WATERMARK)
    canvas.setFont(_BOLD, 76)
    canvas.drawCentredString(0, 0, WORTHLESS)


def _band(canvas: Canvas, _: Page) -> None:
    canvas.setFillColor(_RED)
    canvas.rect(0, _HEIGHT - 13 * mm, _WIDTH, 13 * mm, stroke=0, fill=1)
    canvas.setFillColor(HexColor("#ffffff"))
    words = f"DOCUMENTO DE PRUEBA — {WORTHLESS}"
    _spaced(canvas, words, _WIDTH / 2, _HEIGHT - 8.2 * mm, (_BOLD, 9.5), 1.4)


def _heading(canvas: Canvas, page: Page) -> None:
    canvas.setFillColor(_SOFT)
    _spaced(canvas, "REPÚBLICA DEL PERÚ", _WIDTH / 2, _HEIGHT - 27 * mm, (_TEXT, 8), 2.2)
    canvas.setFillColor(_INK)
    canvas.setFont(_BOLD, 12.5)
    canvas.drawCentredString(_WIDTH / 2, _HEIGHT - 34.5 * mm, "Instituto Nacional Penitenciario")
    canvas.setFont(_TEXT, 9)
    canvas.drawCentredString(_WIDTH / 2, _HEIGHT - 40 * mm, "Dirección de Registro Penitenciario")
    _rule(canvas, _HEIGHT - 46 * mm, _RED, 1.2)
    canvas.setFont(_BOLD, 17)
    canvas.drawCentredString(_WIDTH / 2, _HEIGHT - 61 * mm, "Certificado de")
    canvas.drawCentredString(_WIDTH / 2, _HEIGHT - 69 * mm, "Antecedentes Judiciales")
    canvas.setFillColor(_SOFT)
    canvas.setFont(_TEXT, 10)
    canvas.drawCentredString(_WIDTH / 2, _HEIGHT - 78 * mm, f"N.º {page.number}")


def _person(canvas: Canvas, page: Page) -> None:
    rows = (
        ("Apellidos", page.surnames),
        ("Nombres", page.names),
        ("Documento", f"{_DOCUMENTS[page.document_type]} N.º {page.document_number}"),
        ("Fecha de nacimiento", long_date(page.birth_date)),
    )
    top = _HEIGHT - 91 * mm
    for place, (label, value) in enumerate(rows):
        _row(canvas, top - place * 9 * mm, label, value)


def _row(canvas: Canvas, y: float, label: str, value: str) -> None:
    canvas.setFillColor(_SOFT)
    canvas.setFont(_TEXT, 8.5)
    canvas.drawString(_LEFT, y, label)
    canvas.setFillColor(_INK)
    size = 10.0
    while size > 6 and pdfmetrics.stringWidth(value, _BOLD, size) > _RIGHT - _LEFT - 42 * mm:
        size -= 0.5
    canvas.setFont(_BOLD, size)
    canvas.drawString(_LEFT + 42 * mm, y, value)
    _rule(canvas, y - 3 * mm, _RULE, 0.5)


def _result(canvas: Canvas, page: Page) -> None:
    _paragraphs(canvas, _HEIGHT - 136 * mm, (_sentence(page.record), _validity(page)))


def _sentence(record: bool) -> str:
    checked = (
        "Revisada la base de datos del Registro Penitenciario, se certifica que la persona "
        "identificada en este documento "
    )
    if record:
        return (
            f"{checked}<b>REGISTRA antecedentes judiciales</b>: consta que se encuentra o estuvo "
            "recluida en un establecimiento penitenciario, o que cumplió o cumple prestación de "
            "servicios a la comunidad dispuesta por la autoridad judicial."
        )
    return (
        f"{checked}<b>NO REGISTRA antecedentes judiciales</b>: no consta que se encuentre o haya "
        "estado recluida en un establecimiento penitenciario, ni que haya cumplido o cumpla "
        "prestación de servicios a la comunidad dispuesta por la autoridad judicial."
    )


def _validity(page: Page) -> str:
    return (
        f"Expedido en Lima el <b>{long_date(page.issued_on)}</b>. Vigente por noventa (90) días "
        f"calendario, hasta el <b>{long_date(page.until)}</b>."
    )


def _verification(canvas: Canvas, page: Page) -> None:
    side = 34 * mm
    left, bottom = _RIGHT - side, 52 * mm
    _qr(canvas, page.verification_url, left, bottom, side)
    canvas.setFillColor(_SOFT)
    canvas.setFont(_TEXT, 7.5)
    canvas.drawRightString(_RIGHT, bottom - 4.5 * mm, "Código de verificación")
    canvas.setFillColor(_INK)
    canvas.setFont(_BOLD, 9)
    canvas.drawRightString(_RIGHT, bottom - 9.5 * mm, page.verification_code)


def _qr(canvas: Canvas, url: str, left: float, bottom: float, side: float) -> None:
    rows: Sequence[Sequence[int]] = [list(row) for row in segno.make(url, error="m").matrix]
    module = side / len(rows)
    path = canvas.beginPath()
    for down, row in enumerate(rows):
        for across, dark in enumerate(row):
            if dark:
                y = bottom + side - (down + 1) * module
                path.rect(left + across * module, y, module, module)
    canvas.setFillColor(_INK)
    canvas.drawPath(path, stroke=0, fill=1)


def _signature(canvas: Canvas, page: Page) -> None:
    left, bottom, right, top = SIGNATURE_BOX
    canvas.setStrokeColor(_RULE)
    canvas.setLineWidth(0.8)
    canvas.roundRect(left, bottom, right - left, top - bottom, 2 * mm, stroke=1, fill=0)
    lines = (
        (_BOLD, "Firmado digitalmente"),
        (_TEXT, "Registro Penitenciario - PRUEBA SIN VALOR LEGAL"),
        (_TEXT, f"Motivo: expedición del certificado {page.number}"),
        (_TEXT, "La firma se comprueba abriendo el archivo original"),
    )
    canvas.setFillColor(_INK)
    for place, (font, words) in enumerate(lines):
        canvas.setFont(font, 8.5 if font == _BOLD else 7.2)
        canvas.drawString(left + 4 * mm, top - 6.5 * mm - place * 4.8 * mm, words)


def _foot(canvas: Canvas, page: Page) -> None:
    _rule(canvas, 34 * mm, _RULE, 0.5)
    style = _style(7.2, 10.5, _SOFT)
    words = (
        f"Para comprobar este certificado, lea el código QR o ingrese a {page.verification_url}",
        f"<b>{WORTHLESS}.</b> Documento de prueba emitido por un simulador: los datos son "
        "inventados, la firma es de una autoridad de prueba y no acredita nada ante nadie.",
    )
    _stack(canvas, 31 * mm, words, style, 1 * mm)


def _paragraphs(canvas: Canvas, top: float, words: Sequence[str]) -> None:
    _stack(canvas, top, words, _style(11, 18, _INK), 5 * mm)


def _stack(
    canvas: Canvas, top: float, words: Sequence[str], style: ParagraphStyle, gap: float
) -> None:
    for text in words:
        paragraph = Paragraph(text, style)
        _, height = paragraph.wrap(_RIGHT - _LEFT, _HEIGHT)
        paragraph.drawOn(canvas, _LEFT, top - height)
        top -= height + gap


def _style(size: float, leading: float, color: Color) -> ParagraphStyle:
    pdfmetrics.registerFontFamily(_TEXT, _TEXT, _BOLD, _ITALIC, _BOLD)
    return ParagraphStyle(
        "body", fontName=_TEXT, fontSize=size, leading=leading, textColor=color, alignment=0
    )


def _spaced(
    canvas: Canvas, words: str, x: float, y: float, font: tuple[str, float], spacing: float
) -> None:
    width = pdfmetrics.stringWidth(words, *font) + spacing * (len(words) - 1)
    text = canvas.beginText(x - width / 2, y)
    text.setFont(*font)
    text.setCharSpace(spacing)
    text.textOut(words)
    text.setCharSpace(0)  # it would outlive the text object
    canvas.drawText(text)


def _rule(canvas: Canvas, y: float, color: Color, width: float) -> None:
    canvas.setStrokeColor(color)
    canvas.setLineWidth(width)
    canvas.line(_LEFT, y, _RIGHT, y)
