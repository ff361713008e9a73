"""The self-test of a printer: one short slip, and what its result shows."""

from collections.abc import Mapping

from devices.kinds.receipt_printer import Cut, Feed, PrintJob, PrintResult, Qr, Rule, Text
from devices.kinds.self_test import Step
from devices.status import DeviceState

SLIP = PrintJob(
    "self-test",
    (
        Text("PRUEBA DE IMPRESORA", align="center", bold=True),
        Rule(),
        Text("ÁÉÍÓÚ áéíóú ñÑ üÜ", align="center"),
        Text("¿? ¡! S/ 0123456789", align="center"),
        Qr("PRUEBA DE IMPRESORA"),
        Text("Si lee esto y el código,\nla impresora está bien.", align="center"),
        Feed(1),
        Cut(),
    ),
)


def steps_of(result: PrintResult, capabilities: Mapping[str, str | int | bool]) -> tuple[Step, ...]:
    """What was tried with the slip: contact, readiness, printing, and health afterwards."""
    status = result.status
    answers = status.device is not DeviceState.NO_DEVICE
    parts = ", ".join(f"{name} {word}" for name, word in sorted(status.parts.items()))
    ready = status.usable and bool(capabilities["status"])
    return (
        Step("answers", answers and bool(capabilities["status"]), _contact(answers, capabilities)),
        Step("is ready", ready, status.detail or parts),
        Step("prints and confirms a slip", result.evidence == "printed", _paper(result)),
    )


def _contact(answers: bool, capabilities: Mapping[str, str | int | bool]) -> str:
    if not capabilities["status"]:
        return "cannot be asked: option dialect is none"
    return "status came in time" if answers else "no status came in time"


def _paper(result: PrintResult) -> str:
    if result.evidence == "printed":
        return "the printer confirmed it: look whether letters and QR code are clean"
    if result.evidence == "not_printed":
        return "nothing was sent"
    return "sent but not confirmed: look whether a slip came out"
