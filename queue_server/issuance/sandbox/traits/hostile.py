"""Replies that attack who reads them: entities, endless attributes, bottomless nesting."""

import re
from collections.abc import Mapping

from queue_server.issuance.sandbox.traits.fault import Fault

# A document type goes before the root, its entity into the words of the reply.
_WORDS = re.compile(rb"(<[A-Za-z0-9:]*deRespuesta>)[^<]*")
_AFTER_DECLARATION = re.compile(rb"^(<\?xml[^>]*\?>\s*)?")
_REPLY = re.compile(rb"<[A-Za-z0-9:]+Response\b")
_END_OF_REPLY = re.compile(rb"</[A-Za-z0-9:]+Response>")


def spoil(content: bytes, fault: Fault) -> bytes:
    """The reply with what a hostile fault (see the catalogue) puts into it."""
    match fault.name:
        case "entity_bomb":
            return _with_doctype(content, BOMBS[fault["style"]])
        case "external_entity":
            doctype = EXTERNALS[fault["style"]] % {b"system": fault["system"].encode()}
            return _with_doctype(content, doctype)
        case "huge_attribute":
            return _REPLY.sub(
                lambda found: found[0] + b' nota="' + b"A" * fault["bytes"] + b'"', content, count=1
            )
        case _:
            levels = fault["levels"]
            nested = b'<x:n xmlns:x="urn:x-hondo">' + b"<x:n>" * levels + b"</x:n>" * levels
            return _END_OF_REPLY.sub(lambda found: nested + b"</x:n>" + found[0], content, count=1)


def _nested() -> bytes:
    """Ten levels of ten: a thousand million laughs from one kilobyte."""
    levels = [b'<!ENTITY e0 "ja">']
    levels += [b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 10)]
    return b"".join(levels) + b'<!ENTITY e "&e9;">'


def _repeated() -> bytes:
    """One long entity, many times: no nesting to count, as many bytes."""
    return b'<!ENTITY l "%s"><!ENTITY e "%s">' % (b"ja" * 50_000, b"&l;" * 20_000)


BOMBS: Mapping[str, bytes] = {
    "nested": b"<!DOCTYPE r [%s]>" % _nested(),
    "repeated": b"<!DOCTYPE r [%s]>" % _repeated(),
}
EXTERNALS: Mapping[str, bytes] = {
    "general": b'<!DOCTYPE r [<!ENTITY e SYSTEM "%(system)s">]>',
    "parameter": b'<!DOCTYPE r [<!ENTITY %% p SYSTEM "%(system)s">%%p;<!ENTITY e "nada">]>',
    "doctype": b'<!DOCTYPE r SYSTEM "%(system)s" [<!ENTITY e "nada">]>',
}


def _with_doctype(content: bytes, doctype: bytes) -> bytes:
    content = _WORDS.sub(rb"\1&e;", content, count=1)
    return _AFTER_DECLARATION.sub(lambda found: found[0] + doctype, content, count=1)
