"""Every fault the sandbox knows: its name in orders, its parameters, its words for a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from queue_server.issuance.sandbox import codes
from queue_server.issuance.sandbox.traits.dialects import DIALECTS
from queue_server.issuance.sandbox.traits.envelopes import ANY_STYLE, STYLES
from queue_server.issuance.sandbox.traits.hostile import BOMBS, EXTERNALS
from queue_server.issuance.sandbox.traits.parameters import (
    Parameter,
    amount,
    choice,
    code,
    flag,
    seconds,
    words,
)

REQUEST, FETCH = "solicitarCertificado", "obtenerCertificado"


class Family(StrEnum):
    """What kind of misfortune it is; the value is the heading a person reads."""

    AWAY = "El servicio no responde, o tarda"
    CODE = "El servicio contesta que no"
    PAGE = "Otra cosa llega en lugar de la respuesta"
    DRESS = "La misma respuesta, con otra forma"
    HOSTILE = "XML hostil"
    CONTENT = "La respuesta no dice la verdad"
    WIRE = "La respuesta se daña en el camino"


@dataclass(frozen=True)
class Trait:
    """One fault. `operation`: the only one it concerns unless ordered otherwise; `once`: then too.

    `knows_operation` false: it happens before the request is read.
    """

    name: str
    family: Family
    words: str
    parameters: tuple[Parameter, ...] = ()
    operation: str | None = None
    once: bool = False
    knows_operation: bool = True


# What comes in the place of a reply comes after the work unless told `work: false`.
_WORK = flag("work", True)
_RESET = flag("reset", False)
CODES: Mapping[str, str] = {
    "quota": codes.QUOTA,
    "expired_credential": codes.EXPIRED_CREDENTIAL,
    "not_allowed": codes.CALLER_NOT_ALLOWED,
    "no_connection": codes.NO_CONNECTION,
    "failed": codes.FAILED,
}

_ALL = (
    Trait(
        "down",
        Family.AWAY,
        "Página HTML con estado 503; no se hace nada.",
        knows_operation=False,
    ),
    Trait("slow", Family.AWAY, "Espera antes de hacer nada.", (seconds(),)),
    Trait(
        "lose_before",
        Family.AWAY,
        "Corta la conexión antes de hacer nada.",
        (_RESET,),
        REQUEST,
        once=True,
    ),
    Trait(
        "lose_reply",
        Family.AWAY,
        "Hace el trabajo y corta la conexión sin responder.",
        (_RESET,),
        REQUEST,
        once=True,
    ),
    Trait(
        "close_reused",
        Family.AWAY,
        "Cierra la conexión cuando llega por ella una segunda petición; no se hace nada.",
    ),
    Trait(
        "close_idle",
        Family.AWAY,
        "Responde y cierra la conexión sin avisar que lo hará.",
    ),
    Trait(
        "forget_ids",
        Family.AWAY,
        "Olvida los identificadores: cada petición emite otro certificado.",
        operation=REQUEST,
    ),
    Trait("answer", Family.CODE, "Contesta el código elegido; no se hace nada.", (code(),)),
    Trait("quota", Family.CODE, "0010: se ha alcanzado el máximo de consultas."),
    Trait("expired_credential", Family.CODE, "0011: la credencial ha caducado."),
    Trait("not_allowed", Family.CODE, "0005: el usuario no tiene autorización."),
    Trait("no_connection", Family.CODE, "0002: sin conexión con los registros."),
    Trait("failed", Family.CODE, "0003: falló antes de procesar."),
    Trait(
        "dialect",
        Family.CODE,
        "Hace el trabajo y contesta con los códigos de otra entidad.",
        (choice("style", tuple(DIALECTS)),),
    ),
    Trait("html_502", Family.PAGE, "Página HTML de una pasarela, con estado 502.", (_WORK,)),
    Trait("html_200", Family.PAGE, "Página HTML con estado 200.", (_WORK,)),
    Trait("empty", Family.PAGE, "Respuesta 200 sin contenido.", (_WORK,)),
    Trait(
        "redirect",
        Family.PAGE,
        "Redirección a otra dirección del mismo servicio.",
        (choice("status", ("301", "302", "307", "308"), "302"), _WORK),
    ),
    Trait("soap_fault", Family.PAGE, "SOAP Fault Server con estado 500.", (_WORK,)),
    Trait("other_operation", Family.PAGE, "La respuesta de otra operación.", (_WORK,)),
    Trait(
        "envelope",
        Family.DRESS,
        "Cambia prefijos, espacios, comentarios, declaración… sin cambiar lo que dice.",
        (choice("style", (ANY_STYLE, *STYLES), ANY_STYLE),),
    ),
    Trait("chunked", Family.DRESS, "Envía la respuesta por trozos, sin Content-Length."),
    Trait(
        "entity_bomb",
        Family.HOSTILE,
        "Entidades que se multiplican al leerlas.",
        (choice("style", tuple(BOMBS), "nested"),),
    ),
    Trait(
        "external_entity",
        Family.HOSTILE,
        "Entidad que manda leer un archivo o una dirección (XXE).",
        (
            choice("style", tuple(EXTERNALS), "general"),
            words("system", "file:///etc/passwd"),
        ),
    ),
    Trait(
        "huge_attribute",
        Family.HOSTILE,
        "Un atributo de muchos megabytes.",
        (amount("bytes", 5_000_000, 64_000_000),),
    ),
    Trait(
        "deep",
        Family.HOSTILE,
        "Elementos dentro de elementos, miles de veces.",
        (amount("levels", 100_000, 1_000_000),),
    ),
    Trait("wrong_id", Family.CONTENT, "La respuesta es de otra solicitud.", operation=REQUEST),
    Trait("missing_part", Family.CONTENT, "Contesta 0000 sin los datos que corresponden."),
    Trait("wrong_number", Family.CONTENT, "El archivo es de otro certificado.", operation=FETCH),
    Trait("wrong_digest", Family.CONTENT, "El resumen no es el del archivo.", operation=FETCH),
    Trait("wrong_length", Family.CONTENT, "La longitud no es la del archivo.", operation=FETCH),
    Trait(
        "flipped_byte",
        Family.CONTENT,
        "Un byte del PDF cambiado; resumen y longitud concuerdan, la firma no.",
        operation=FETCH,
    ),
    Trait("unsigned", Family.CONTENT, "El PDF sin firma.", operation=FETCH),
    Trait(
        "foreign_signed",
        Family.CONTENT,
        "El PDF firmado por otra autoridad.",
        operation=FETCH,
    ),
    Trait("truncated", Family.WIRE, "Media respuesta; Content-Length concuerda con lo enviado."),
    Trait("short_body", Family.WIRE, "Media respuesta; Content-Length anuncia la entera."),
    Trait(
        "drip",
        Family.WIRE,
        "Un byte cada vez; con `head`, también el encabezado.",
        (seconds(default=0.5), flag("head", False)),
    ),
    Trait(
        "wrong_type",
        Family.WIRE,
        "Content-Type de otra cosa.",
        (words("type", "application/json"),),
    ),
    Trait("gzip", Family.WIRE, "Comprime la respuesta sin que nadie lo pida."),
    Trait(
        "oversized",
        Family.WIRE,
        "Respuesta de muchos megabytes; sin `announced`, no dice cuántos.",
        (amount("bytes", 64_000_000), flag("announced", True)),
    ),
)
TRAITS: Mapping[str, Trait] = {trait.name: trait for trait in _ALL}
