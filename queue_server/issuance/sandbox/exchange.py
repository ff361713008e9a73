"""One call from bytes to a reply: read, work, answer, and at each step what was ordered instead."""

import threading
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Protocol

import lxml.etree as etree

from queue_server.issuance.sandbox import codes
from queue_server.issuance.sandbox.soap import NAMESPACE, Call, SoapFault, envelope_of, to_bytes
from queue_server.issuance.sandbox.traits import envelopes, hostile, wire
from queue_server.issuance.sandbox.traits.fault import Fault
from queue_server.issuance.sandbox.traits.switchboard import Plan, Switchboard
from queue_server.issuance.sandbox.traits.wire import Cut, Outgoing

XML, HTML = "text/xml; charset=utf-8", "text/html; charset=utf-8"
_LIMA = timezone(timedelta(hours=-5), "-05:00")
_HOSTILE = ("entity_bomb", "external_entity", "huge_attribute", "deep")
_PAGES = ("html_502", "html_200", "empty", "redirect", "soap_fault", "other_operation")
_GATEWAY_PAGE = """<!DOCTYPE html>
<html><head><title>{title}</title><meta charset="utf-8"></head>
<body><center><h1>{title}</h1></center><hr><center>pasarela de prueba</center></body></html>
"""


class Service(Protocol):
    """One SOAP service: how its calls are read and answered."""

    def read(self, content: bytes, soap_action: str = "") -> Call:
        """The call in an HTTP body. Raises SoapFault."""
        ...

    def marked(self, call: Call) -> Mapping[str, Fault]:
        """The faults the call asks for itself. Raises SoapFault."""
        ...

    def reply(self, call: Call, plan: Plan) -> etree._Element:
        """Do the work; the envelope of the answer."""
        ...


def down() -> Outgoing:
    """The page of a service that is away."""
    return _page(503, "503 Service Unavailable")


def exchange(
    service: Service,
    content: bytes,
    soap_action: str,
    switchboard: Switchboard,
    ending: threading.Event,
    reused: bool,
) -> Outgoing:
    """The HTTP reply to a call. Raises Cut. `reused`: not the first call of its connection."""
    try:
        call = service.read(content, soap_action)
        plan = Plan(switchboard, call.operation, service.marked(call))
    except SoapFault as fault:
        return Outgoing(500, XML, fault.to_bytes())
    if plan.asked("down"):
        return down()
    _before_the_work(plan, ending, reused)
    page = plan.take(*_PAGES)
    if page and not page["work"]:
        return _instead(page, call)
    envelope = service.reply(call, plan)
    if lost := plan.take("lose_reply"):
        raise Cut(lost["reset"])
    return _damaged(_instead(page, call) if page else _dressed(envelope, plan), plan)


def _before_the_work(plan: Plan, ending: threading.Event, reused: bool) -> None:
    if slow := plan.take("slow"):
        ending.wait(slow["seconds"])
    if reused and plan.take("close_reused"):
        raise Cut
    if lost := plan.take("lose_before"):
        raise Cut(lost["reset"])


def _dressed(envelope: etree._Element, plan: Plan) -> Outgoing:
    if style := plan.take("envelope"):
        content, charset = envelopes.dress(envelope, style["style"], style.draw)
    else:
        content, charset = to_bytes(envelope), "utf-8"
    while fault := plan.take(*_HOSTILE):
        content = hostile.spoil(content, fault)
    return Outgoing(200, f"text/xml; charset={charset}", content)


def _damaged(reply: Outgoing, plan: Plan) -> Outgoing:
    for name in wire.WIRE_FAULTS:
        if fault := plan.take(name):
            reply = wire.damage(reply, fault)
    return reply


def _instead(fault: Fault, call: Call) -> Outgoing:
    """What comes in the place of a reply."""
    match fault.name:
        case "html_502":
            return _page(502, "502 Bad Gateway")
        case "html_200":
            return _page(200, "Servicio en mantenimiento")
        case "empty":
            return Outgoing(200, XML, b"")
        case "redirect":
            return Outgoing(int(fault["status"]), HTML, b"", {"Location": "/emision?otra"})
        case "soap_fault":
            return Outgoing(500, XML, SoapFault("Error interno del servicio", "Server").to_bytes())
        case _:
            return Outgoing(200, XML, to_bytes(_of_another_operation(call)))


def _of_another_operation(call: Call) -> etree._Element:
    head = {
        "coRespuesta": codes.DONE,
        "deRespuesta": codes.WORDS[codes.DONE],
        "idTransaccion": uuid.uuid4().hex,
        "fechaHora": datetime.now(UTC).astimezone(_LIMA),
    }
    if call.operation == "estadoServicio":
        return envelope_of("consultarSolicitudResponse", head, NAMESPACE)
    return envelope_of("estadoServicioResponse", {**head, "estado": "OPERATIVO"}, NAMESPACE)


def _page(status: int, title: str) -> Outgoing:
    return Outgoing(status, HTML, _GATEWAY_PAGE.format(title=title).encode())
