"""The WSDL holds together: WSDL 1.1, and what clients rely on of WS-I Basic Profile 1.1 (R…)."""

from collections.abc import Callable, Iterator
from typing import Any

import lxml.etree as etree
import pytest
import zeep

from queue_server.issuance.wsdl import WSDL, XSD

NAMES = {
    "w": "http://schemas.xmlsoap.org/wsdl/",
    "s": "http://schemas.xmlsoap.org/wsdl/soap/",
    "x": "http://www.w3.org/2001/XMLSchema",
}
HTTP = "http://schemas.xmlsoap.org/soap/http"
OPERATIONS = {
    "consultarTitular",
    "validarPago",
    "solicitarCertificado",
    "consultarSolicitud",
    "obtenerCertificado",
    "verificarCertificado",
    "consultarRecaudacion",
    "estadoServicio",
}


class Contract:
    """A WSDL and its XSD, looked at as XML."""

    def __init__(self, wsdl: bytes, xsd: bytes) -> None:
        self.wsdl, self.xsd = etree.fromstring(wsdl), etree.fromstring(xsd)
        self.namespace = self.wsdl.get("targetNamespace")

    def all(self, path: str) -> list[Any]:
        return self.wsdl.findall(path, NAMES)

    def names(self, path: str) -> list[str]:
        return [each.get("name") for each in self.all(path)]

    def resolve(self, element: Any, attribute: str) -> str:
        """The local name that a QName of ours means, "" for one of another namespace."""
        prefix, _, name = element.get(attribute, "").rpartition(":")
        return name if element.nsmap.get(prefix or None) == self.namespace else ""


def shipped() -> Contract:
    return Contract(WSDL.read_bytes(), XSD.read_bytes())


def problems(it: Contract) -> list[str]:
    """Every rule the contract breaks, in words."""
    return [*_of_messages(it), *_of_operations(it), *_of_binding(it), *_of_names(it)]


def _of_messages(it: Contract) -> Iterator[str]:
    elements = {each.get("name") for each in it.xsd.findall("x:element", NAMES)}
    for message in it.all("w:message"):
        parts = message.findall("w:part", NAMES)
        if len(parts) != 1 or parts[0].get("type"):
            yield f"{message.get('name')}: document/literal has one part, an element (R2201, R2204)"
        elif it.resolve(parts[0], "element") not in elements:
            yield f"{message.get('name')}: its element is not in the schema (R2207)"
    for schema in it.all("w:types/x:schema/x:import"):
        if schema.get("schemaLocation") != XSD.name or schema.get("namespace") != it.namespace:
            yield "the import does not lead to the schema (R2003, R2007)"
    if it.xsd.get("targetNamespace") != it.namespace:
        yield "the schema is of another namespace (R2105)"


def _of_operations(it: Contract) -> Iterator[str]:
    messages = set(it.names("w:message"))
    elements = {
        message.get("name"): it.resolve(message[0], "element") for message in it.all("w:message")
    }
    for operation in it.all("w:portType/w:operation"):
        name = operation.get("name")
        ends = [operation.find(f"w:{end}", NAMES) for end in ("input", "output")]
        if None in ends:
            yield f"{name}: neither one-way nor notification (R2303)"
            continue
        asked, answered = (it.resolve(end, "message") for end in ends)
        if not {asked, answered} <= messages:
            yield f"{name}: a message that does not exist"
        elif (elements[asked], elements[answered]) != (name, f"{name}Response"):
            yield f"{name}: not wrapped: its elements are not called after it"


def _of_binding(it: Contract) -> Iterator[str]:
    for binding in it.all("w:binding"):
        kind = binding.find("s:binding", NAMES)
        if (kind.get("style"), kind.get("transport")) != ("document", HTTP):
            yield "the binding is not document over HTTP (R2702, R2705)"
        if it.resolve(binding, "type") not in it.names("w:portType"):
            yield "the binding is of no port type"
    bound, offered = it.names("w:binding/w:operation"), it.names("w:portType/w:operation")
    if sorted(bound) != sorted(offered):
        yield "binding and port type do not list the same operations (R2718)"
    for body in it.all("w:binding/w:operation/*/s:body"):
        if body.get("use") != "literal" or body.get("parts") or body.get("namespace"):
            yield "a body that is not plainly literal (R2706, R2716)"
    actions = [each.get("soapAction") for each in it.all("w:binding/w:operation/s:operation")]
    if len(set(actions)) != len(bound) or "" in actions:
        yield "soapAction does not tell the operations apart (R2744)"
    for port in it.all("w:service/w:port"):
        if it.resolve(port, "binding") not in it.names("w:binding"):
            yield "a port without binding"
        if not port.find("s:address", NAMES).get("location").startswith("http"):
            yield "a port without address (R2701)"


def _of_names(it: Contract) -> Iterator[str]:
    for path in ("w:message", "w:portType", "w:binding", "w:service", "w:portType/w:operation"):
        names = it.names(path)
        if len(set(names)) != len(names):
            yield f"two of {path} have one name (R2304)"


def test_the_wsdl_breaks_none_of_the_rules() -> None:
    assert problems(shipped()) == []


def test_it_offers_the_eight_operations_each_with_its_own_action() -> None:
    it = shipped()
    assert set(it.names("w:portType/w:operation")) == OPERATIONS
    actions = [each.get("soapAction") for each in it.all("w:binding/w:operation/s:operation")]
    assert {each.removeprefix(f"{it.namespace}:") for each in actions} == OPERATIONS


def test_the_schema_is_one_and_every_element_of_it_is_used() -> None:
    etree.XMLSchema(etree.parse(str(XSD)))
    it = shipped()
    parts = {it.resolve(each, "element") for each in it.all("w:message/w:part")}
    assert parts == {each.get("name") for each in it.xsd.findall("x:element", NAMES)}
    assert len(parts) == 2 * len(OPERATIONS)


def test_another_reader_finds_the_same_in_it() -> None:
    client = zeep.Client(str(WSDL), settings=zeep.Settings(strict=True))  # pyright: ignore[reportCallIssue]
    (service,) = client.wsdl.services.values()
    (port,) = service.ports.values()
    assert set(port.binding.all()) == OPERATIONS
    for name, operation in port.binding.all().items():
        assert operation.style == "document"
        assert operation.input.body.qname.localname == name
        assert operation.output.body.qname.localname == f"{name}Response"


Change = Callable[[bytes], bytes]
BROKEN: dict[str, tuple[Change, str]] = {
    "an element that is not there": (
        lambda wsdl: wsdl.replace(b'element="tns:validarPago"', b'element="tns:validarPagos"'),
        "not in the schema",
    ),
    "a type in place of an element": (
        lambda wsdl: wsdl.replace(b'element="tns:validarPago"', b'type="tns:Voucher"'),
        "one part, an element",
    ),
    "an action used twice": (
        lambda wsdl: wsdl.replace(b":1:validarPago", b":1:estadoServicio"),
        "does not tell the operations apart",
    ),
    "an operation that is not bound": (
        lambda wsdl: wsdl.replace(
            b'name="validarPago">\n      <soap', b'name="otra">\n      <soap'
        ),
        "do not list the same operations",
    ),
    "encoded": (lambda wsdl: wsdl.replace(b'"literal"', b'"encoded"', 1), "plainly literal"),
    "rpc": (lambda wsdl: wsdl.replace(b'style="document" t', b'style="rpc" t'), "not document"),
    "a message that is not there": (
        lambda wsdl: wsdl.replace(b'message="tns:validarPagoRequest"', b'message="tns:nada"'),
        "a message that does not exist",
    ),
    "not wrapped": (
        lambda wsdl: wsdl.replace(b'element="tns:validarPago"', b'element="tns:estadoServicio"'),
        "not wrapped",
    ),
}


@pytest.mark.negative_control
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_wsdl_is_noticed(name: str) -> None:
    change, words = BROKEN[name]
    wsdl = change(WSDL.read_bytes())
    assert wsdl != WSDL.read_bytes()
    assert any(words in each for each in problems(Contract(wsdl, XSD.read_bytes())))
