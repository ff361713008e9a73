"""Replies made to hurt: entities, bombs, floods, depths, and encodings that lie."""

from tests.fuzz.kitchen import DECLARATION, LEAF, Chance, Kitchen


def external(content: bytes, chance: Chance, kitchen: Kitchen) -> bytes:
    """Entities, document types, instructions and includes that name a file or an address."""
    where = chance.choice((f"file://{kitchen.bait.file}", kitchen.bait.url, kitchen.bait.file))
    root = chance.choice(("soap:Envelope", "x"))
    prolog, use = chance.choice(
        (
            (f'<!DOCTYPE {root} [<!ENTITY x SYSTEM "{where}">]>', "&x;"),
            (f'<!DOCTYPE {root} [<!ENTITY x PUBLIC "-//x//y" "{where}">]>', "&x;"),
            (f'<!DOCTYPE {root} SYSTEM "{where}">', ""),
            (f'<!DOCTYPE {root} PUBLIC "-//x//y" "{where}">', ""),
            (f'<!DOCTYPE {root} [<!ENTITY % p SYSTEM "{where}"> %p;]>', "&x;"),
            (f'<!DOCTYPE {root} [<!ATTLIST x y CDATA "z">]>', ""),
            (f'<?xml-stylesheet type="text/xsl" href="{where}"?>', ""),
            (
                "",
                f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{where}"'
                ' parse="text"/>',
            ),
            (f'<!doctype {root} [<!ENTITY x SYSTEM "{where}">]>', "&x;"),
        )
    )
    return _with_prolog(_with_text(content, chance, use.encode()), prolog.encode())


def bomb(content: bytes, chance: Chance, _: Kitchen) -> bytes:
    """Entities that grow: by themselves (billion laughs), or by being used often (quadratic)."""
    if chance.random() < 0.5:
        levels = chance.choice((3, 9, 30))
        lines = ['<!ENTITY a0 "ja">'] + [
            f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, levels)
        ]
        use = f"&a{levels - 1};"
    else:
        size = chance.choice((1_000, 20_000))
        lines, use = [f'<!ENTITY a "{"x" * size}">'], "&a;" * size
    prolog = f"<!DOCTYPE x [{''.join(lines)}]>"
    return _with_prolog(_with_text(content, chance, use.encode()), prolog.encode())


def deep(content: bytes, chance: Chance, _: Kitchen) -> bytes:
    """Elements in elements in elements."""
    levels = chance.choice((50, 200, 300, 5_000, 100_000))
    return _with_text(content, chance, b"<a>" * levels + b"</a>" * levels)


def flood(content: bytes, chance: Chance, _: Kitchen) -> bytes:
    """Very many attributes, elements, name spaces or references; or one enormous text."""
    size = _size(chance)
    kind = chance.randrange(7)
    if kind == 0:
        many = b"".join(b' a%d=""' % turn for turn in range(size // 9))
        return _with_text(content, chance, b"<x" + many + b"/>")
    if kind == 1:
        return _with_text(content, chance, b"<x/>" * (size // 4))
    if kind == 2:
        many = b"".join(b' xmlns:a%d="u"' % turn for turn in range(size // 15))
        return _with_text(content, chance, b"<x" + many + b"/>")
    if kind == 3:
        return _with_text(content, chance, chance.choice((b"&amp;", b"&#65;")) * (size // 5))
    if kind == 4:
        return _with_text(content, chance, b"<x a='" + b"y" * size + b"'/>")
    if kind == 5:
        return _with_text(content, chance, b"<!--" + b"y" * size + b"-->")
    letters = chance.choice((b"A", b" ", "ñ".encode(), "𝟘".encode()))
    return _with_text(content, chance, letters * (size // len(letters)))


def _size(chance: Chance) -> int:
    """Mostly small; one in forty as large as the transport lets through."""
    if chance.random() < 0.025:
        return 8 * 1024 * 1024 - 100_000
    return chance.choice((500, 5_000, 50_000, 200_000))


def _with_prolog(content: bytes, prolog: bytes) -> bytes:
    found = DECLARATION.match(content)
    place = found.end() if found else 0
    return content[:place] + prolog + content[place:]


def _with_text(content: bytes, chance: Chance, text: bytes) -> bytes:
    """`text` in a field, in place of it, or between two elements."""
    found = list(LEAF.finditer(content))
    if not found:
        return content + text
    field = chance.choice(found)
    start, end = chance.choice(
        ((field.start(3), field.start(3)), field.span(3), (field.end(), field.end()))
    )
    return content[:start] + text + content[end:]


# --- encodings ------------------------------------------------------------------------------------
def encoding(content: bytes, chance: Chance, _: Kitchen) -> bytes:
    """Other encodings, said or not; marks that lie; bytes that are no text."""
    text = DECLARATION.sub(b"", content).decode("utf-8", "replace")
    text = text.replace("\ufffd", "?")
    said = chance.choice(
        ("", "UTF-8", "utf-16", "ISO-8859-1", "UTF-7", "IBM037", "UCS-4", "windows-1252", "x" * 50)
    )
    head = f'<?xml version="{chance.choice(("1.0", "1.0", "1.1", "9"))}"'
    head += f' encoding="{said}"?>' if said else "?>"
    names = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7")
    used = chance.choice((*names, "latin-1", "cp1252", "cp037"))
    made = (head + text).encode(used, "replace")
    lie = chance.choice((b"", b"", b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0", b"\n "))
    broken = chance.choice((b"", b"", b"\xc3", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80"))
    place = chance.randrange(len(made))
    return lie + made[:place] + broken + made[place:]
