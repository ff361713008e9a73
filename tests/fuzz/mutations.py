"""What can happen to a reply on purpose or by accident; each takes bytes and a seeded chance."""

import base64
import re
from collections.abc import Mapping

from tests.fuzz.attacks import bomb, deep, encoding, external, flood
from tests.fuzz.kitchen import LEAF, Chance, Kitchen, Mutation

ELEMENT = re.compile(rb"<((?:\w+:)?\w+)(?:\s[^<>]*)?>(?:(?!<\1[\s>]).)*?</\1>", re.DOTALL)
TAG = re.compile(rb"</?(?:\w+:)?\w+")
SERVICE = b"urn:x-ventanilla:emision:1"
SOAP = b"http://schemas.xmlsoap.org/soap/envelope/"
NAMES = (
    b"coRespuesta deRespuesta idTransaccion fechaHora titular pago solicitud archivo estado"
    b" idSolicitud numeroCertificado codigoVerificacion pdf sha256 longitud nombres"
    b" apellidoPaterno datosCoinciden mayorDeEdad certificadoVigente numero hasta"
    b" montoCentimos referencia"
).split()
VALUES = (
    b"",
    b" ",
    b"0",
    b"1",
    b"0000",
    b"0001",
    b"0020",
    b"0041",
    b"9999",
    b"-1",
    b"2147483648",
    b"9" * 4000,
    b"9" * 5000,
    b"1e309",
    b"NaN",
    b"-INF",
    b"0x10",
    b"3770.0",
    b"true",
    b"TRUE",
    b"yes",
    b"2",
    b"OPERATIVO",
    b"EMITIDO",
    b"EN_REVISION",
    b"RECHAZADO",
    b"2026-02-30",
    b"0000-00-00",
    b"9999-12-31",
    b"10000-01-01",
    b"-0044-03-15",
    b"2026-11-03T25:61:61-05:00",
    b"2026-11-03T10:00:00",
    b"2026-11-03T10:00:00+99:99",
    b"9999-12-31T23:59:59.999999999-14:00",
    b"0001-01-01T00:00:00+14:00",
    b"24:00:00",
    b"P1Y",
    b"11111111-1111-4111-8111-111111111111",
    b"CAJ-2026-0000001",
    "Ñandú".encode(),
    "٣٧٧٠".encode(),
    "\u202e\u0000".replace("\u0000", "").encode(),
    "𝟘𝟘𝟘𝟘".encode(),
    b"&#0;",
    b"&#x1F;",
    b"&#xD800;",
    b"&#1114112;",
    b"&amp;amp;",
    b"&nope;",
    b"]]>",
    b"*" * 100,
    b"=" * 50,
)
TYPES = (
    b"xsd:int",
    b"xsd:string",
    b"xsd:boolean",
    b"xsd:dateTime",
    b"xsd:base64Binary",
    b"xsd:anyType",
    b"xsd:QName",
    b"e:Archivo",
    b"e:Solicitud",
    b"e:Titular",
    b"e:Nope",
    b"nope:x",
)


# --- bytes ----------------------------------------------------------------------------------------
def flip(content: bytes, chance: Chance, _: Kitchen) -> bytes:
    """A few bytes become others."""
    changed = bytearray(content)
    for _turn in range(chance.choice((1, 1, 1, 2, 5, 20))):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def cut(content: bytes, chance: Chance, _: Kitchen) -> bytes:
    """The end is missing."""
    return content[: chance.randrange(len(content))]


def delete(content: bytes, chance: Chance, _: Kitchen) -> bytes:
    """A stretch is missing."""
    start, end = _stretch(content, chance)
    return content[:start] + content[end:]


def double(content: bytes, chance: Chance, _: Kitchen) -> bytes:
    """A stretch comes twice, or the whole does."""
    start, end = chance.choice((_stretch(content, chance), (0, len(content))))
    return content[:end] + content[start:end] + content[end:]


def insert(content: bytes, chance: Chance, _: Kitchen) -> bytes:
    """Bytes from nowhere."""
    place = chance.randrange(len(content))
    noise = chance.choice(
        (chance.randbytes(chance.randrange(1, 40)), b"\0", b"\xff\xfe", b"<", b"&", b"]]>", b"-->")
    )
    return content[:place] + noise + content[place:]


def splice(content: bytes, chance: Chance, kitchen: Kitchen) -> bytes:
    """The beginning of one reply and the end of another."""
    other = chance.choice(kitchen.others)
    return content[: chance.randrange(len(content))] + other[chance.randrange(len(other)) :]


def _stretch(content: bytes, chance: Chance) -> tuple[int, int]:
    start = chance.randrange(len(content))
    return start, min(len(content), start + chance.choice((1, 3, 10, 50, 400)))


# --- elements -------------------------------------------------------------------------------------
def _element(content: bytes, chance: Chance) -> re.Match[bytes] | None:
    found = list((LEAF if chance.random() < 0.7 else ELEMENT).finditer(content))
    return chance.choice(found) if found else None


def remove_element(content: bytes, chance: Chance, _: Kitchen) -> bytes:
    found = _element(content, chance)
    return content if found is None else content[: found.start()] + content[found.end() :]


def double_element(content: bytes, chance: Chance, kitchen: Kitchen) -> bytes:
    """An element comes again, of this reply or of another one, before or after."""
    found = _element(content, chance)
    other = _element(chance.choice((content, *kitchen.others)), chance)
    if found is None or other is None:
        return content
    place = chance.choice((found.start(), found.end()))
    return content[:place] + other.group() + content[place:]


def swap_element(content: bytes, chance: Chance, kitchen: Kitchen) -> bytes:
    """An element of another reply stands in the place of ours."""
    found, other = _element(content, chance), _element(chance.choice(kitchen.others), chance)
    if found is None or other is None:
        return content
    return content[: found.start()] + other.group() + content[found.end() :]


def rename(content: bytes, chance: Chance, _: Kitchen) -> bytes:
    """An element gets another name, on both sides or on one."""
    found = _element(content, chance)
    if found is None:
        return content
    old = found.group(1)
    new = chance.choice((*NAMES, b"Fault", b"Body", b"x" * 60_000, b"1", b"\xc3\xb1", b"a:b:c"))
    prefix = old.rpartition(b":")[0]
    new = prefix + b":" + new if prefix else new
    count = chance.choice((1, -1))
    return content.replace(b"<" + old, b"<" + new, count).replace(b"</" + old, b"</" + new, count)


def wrap(content: bytes, chance: Chance, _: Kitchen) -> bytes:
    """An element moves one level down."""
    found = _element(content, chance)
    if found is None:
        return content
    name = chance.choice((b"x", b"e:solicitud", b"e:archivo", b"soap:Body", b"soap:Envelope"))
    inside = b"<" + name + b">" + found.group() + b"</" + name + b">"
    return content[: found.start()] + inside + content[found.end() :]


def value(content: bytes, chance: Chance, _: Kitchen) -> bytes:
    """A field says something it must not."""
    found = list(LEAF.finditer(content))
    if not found:
        return content
    field = chance.choice(found)
    return content[: field.start(3)] + chance.choice(VALUES) + content[field.end(3) :]


def decorate(content: bytes, chance: Chance, kitchen: Kitchen) -> bytes:
    """Attributes that change how an element is read."""
    tags = [each for each in TAG.finditer(content) if not each.group().startswith(b"</")]
    if not tags:
        return content
    place = chance.choice(tags).end()
    url = kitchen.bait.url.encode()
    extra = chance.choice(
        (
            b' xsi:nil="true"',
            b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"',
            b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
            b' xmlns:xsd="http://www.w3.org/2001/XMLSchema" xsi:type="'
            + chance.choice(TYPES)
            + b'"',
            b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="'
            + SERVICE
            + b" "
            + url
            + b'/x.xsd"',
            b' xml:base="' + url + b'/"',
            b' xml:id="a"',
            b' href="#id1"',
            b' soap:mustUnderstand="1"',
            b' soap:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"',
            b' a="1" a="2"',
            b" a=1",
            b' xmlns=""',
            b' xmlns:e="urn:other"',
        )
    )
    return content[:place] + extra + content[place:]


def name_space(content: bytes, chance: Chance, _: Kitchen) -> bytes:
    """Name spaces of other versions, none at all, or prefixes nobody declared."""
    old, new = chance.choice(
        (
            (SERVICE, b"urn:x-ventanilla:emision:2"),
            (SERVICE, b""),
            (SERVICE, SOAP),
            (SERVICE, SERVICE + b" "),
            (SOAP, b"http://www.w3.org/2003/05/soap-envelope"),
            (SOAP, SERVICE),
            (b"xmlns:e=", b"xmlns:f="),
            (b"xmlns:soap=", b"xmlns:xml="),
            (b"xmlns:e=", b"xmlns="),
            (b"<e:", b"<"),
            (b"soap:", b"s:"),
        )
    )
    return content.replace(old, new, chance.choice((1, -1)))


def cdata(content: bytes, chance: Chance, _: Kitchen) -> bytes:
    """Text in CDATA, comments and instructions in the middle of it."""
    found = list(LEAF.finditer(content))
    if not found:
        return content
    field = chance.choice(found)
    text = field.group(3)
    half = len(text) // 2
    new = chance.choice(
        (
            b"<![CDATA[" + text + b"]]>",
            text[:half] + b"<![CDATA[" + text[half:] + b"]]>",
            b"<![CDATA[<x>]]>" + text,
            text[:half] + b"<!-- x -->" + text[half:],
            text[:half] + b"<?php x?>" + text[half:],
            text[:half] + b"<!-- -- -->" + text[half:],
            text[:half] + b"<x/>" + text[half:],
            b"".join(b"&#%d;" % byte for byte in text[:200]),
        )
    )
    return content[: field.start(3)] + new + content[field.end(3) :]


def base64_damage(content: bytes, chance: Chance, kitchen: Kitchen) -> bytes:
    """The file is not what was sent, or is somewhere else."""
    found = re.search(rb"<(\w+:)?pdf>([^<]*)</", content)
    if found is None:
        return value(content, chance, kitchen)
    text = found.group(2)
    place = chance.randrange(len(text) + 1)
    new = chance.choice(
        (
            text[:place] + b"A" + text[place:],
            text[:place] + text[place + 1 :],
            text[:place] + b"*" + text[place:],
            text[:place] + b"\n  " + text[place:],
            text[:place] + b"=" + text[place:],
            text.replace(b"A", b"B", 1),
            base64.b64encode(b"%PDF-1.7 another"),
            text + text,
            b"",
            b'<xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="'
            + kitchen.bait.url.encode()
            + b'"/>',
        )
    )
    return content[: found.start(2)] + new + content[found.end(2) :]


# How often each is taken. Bytes out of place mostly end the XML; the rest is read to the end.
WEIGHTS: Mapping[Mutation, int] = {
    flip: 4,
    cut: 1,
    delete: 2,
    double: 2,
    insert: 1,
    splice: 2,
    remove_element: 4,
    double_element: 5,
    swap_element: 5,
    rename: 2,
    wrap: 3,
    value: 14,
    decorate: 8,
    name_space: 2,
    cdata: 5,
    base64_damage: 4,
    external: 3,
    bomb: 2,
    deep: 1,
    flood: 2,
    encoding: 4,
}
LARGEST = 8 * 1024 * 1024


def mutate(content: bytes, chance: Chance, kitchen: Kitchen) -> bytes:
    """`content` after one mutation, or a few of them."""
    for _ in range(chance.choice((1, 1, 1, 1, 2, 3))):
        if len(content) > 1_000_000:
            break
        (mutation,) = chance.choices(list(WEIGHTS), list(WEIGHTS.values()))
        content = mutation(content or b"?", chance, kitchen)
    return content[:LARGEST]
