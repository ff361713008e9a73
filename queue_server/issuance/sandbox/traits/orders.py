"""What a control request or a marker in a call asks for: one armed fault, or why not."""

import json
from collections.abc import Mapping
from typing import Any

from queue_server.issuance.sandbox.traits.catalogue import TRAITS
from queue_server.issuance.sandbox.traits.fault import Fault
from queue_server.issuance.sandbox.traits.parameters import (
    REQUIRED,
    FaultRefused,
    read_rate,
    read_whole,
)

MARKER = "fallo="


def parse_fault(request: Mapping[str, Any]) -> Fault:
    """A fault from a control request. Raises FaultRefused."""
    name = str(request.get("fault"))
    if name not in TRAITS:
        raise FaultRefused(f"fault is one of none, {', '.join(TRAITS)}")
    trait = TRAITS[name]
    allowed = {"fault", "times", "rate", "seed", *(each.name for each in trait.parameters)}
    if trait.knows_operation:
        allowed.add("operation")
    if unknown := sorted(set(request) - allowed):
        raise FaultRefused(f"{name} does not take {', '.join(unknown)}")
    once = 1 if trait.once and "rate" not in request else None
    operation = request.get("operation", trait.operation)
    if operation is not None and not isinstance(operation, str):
        raise FaultRefused("operation is the name of one")
    return Fault(
        name,
        operation,
        read_whole("times", request.get("times", once), 1),
        read_rate(request.get("rate", 1.0)),
        read_whole("seed", request.get("seed")),
        _options(name, request),
    )


def marked(equipment: str) -> Mapping[str, Fault]:
    """The faults a call asks for itself: `K01;fallo=slow:seconds=0.3;fallo=gzip`.

    They happen to this call, whatever its operation. Raises FaultRefused.
    """
    words = equipment.split(";")[1:]
    asked = [word.removeprefix(MARKER) for word in words if word.startswith(MARKER)]
    faults = [_marked(*word.split(":")) for word in asked]
    return {fault.name: fault for fault in faults}


def _marked(name: str, *parameters: str) -> Fault:
    if name not in TRAITS:
        raise FaultRefused(f"{MARKER}{name}: one of {', '.join(TRAITS)}")
    given = {key: text for key, _, text in (each.partition("=") for each in parameters)}
    known = {each.name for each in TRAITS[name].parameters}
    if unknown := sorted(set(given) - known):
        raise FaultRefused(f"{name} does not take {', '.join(unknown)}")
    return Fault(name, options=_options(name, {key: loose(text) for key, text in given.items()}))


def loose(text: str) -> Any:
    """A value written without quotes: a number, true, false, or else the text itself."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, int | float) else text


def _options(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for parameter in TRAITS[name].parameters:
        value = given.get(parameter.name, parameter.default)
        if value is REQUIRED:
            raise FaultRefused(f"{name} needs {parameter.name}")
        options[parameter.name] = parameter.read(value)
    return options
