"""The errors of the device layer; each says what happened, to which thing, and what to do.

::

    DeviceError
    ├── ConfigurationError      a person wrote something we cannot follow
    │   ├── UnknownModel        no driver has this name
    │   ├── UnknownOption       the driver has no such option
    │   ├── InvalidOption       the option exists, its value does not fit
    │   └── BookMissing         a device that handles cash, and nowhere to write it down
    ├── LinkError               the way to the device
    │   ├── LinkNotFound        nothing is at this port (not fitted, unplugged)
    │   ├── LinkRefused         something is there and cannot be opened or set up
    │   ├── LinkAmbiguous       several ports fit what is configured
    │   ├── LinkLost            it was open and broke
    │   └── LinkTimeout         it did not take our bytes in time; some may have gone
    ├── InvalidJob              a job that no printer could print; nothing was sent
    └── DriverFault             a defect in a driver; the command's outcome is unknown

A machine-readable zone that cannot be accepted is not an error of a device: see
``devices.documents.mrz.MrzRefused``.
"""

import errno
from collections.abc import Mapping


class DeviceError(Exception):
    """Root of every error this package raises on purpose."""


class ConfigurationError(DeviceError):
    """A person wrote something we cannot follow."""


class UnknownModel(ConfigurationError):
    """No driver has this name."""

    def __init__(self, model: str, nearest: str | None, known: tuple[str, ...]) -> None:
        hint = f"did you mean {nearest!r}?" if nearest else f"known models: {', '.join(known)}."
        super().__init__(f"No driver for the model {model!r}: {hint}")
        self.model = model
        self.nearest = nearest


class UnknownOption(ConfigurationError):
    """The driver has no such option."""

    def __init__(self, device: str, option: str, nearest: str | None, known: list[str]) -> None:
        hint = f"did you mean {nearest!r}?" if nearest else f"known options: {', '.join(known)}."
        super().__init__(f"Device {device!r} has no option {option!r}: {hint}")
        self.option = option
        self.nearest = nearest


class InvalidOption(ConfigurationError):
    """The option exists, its value does not fit."""

    def __init__(self, device: str, option: str, value: object, wanted: str) -> None:
        super().__init__(
            f"Device {device!r}: option {option!r} cannot be {value!r}; write {wanted}."
        )
        self.option = option


class BookMissing(ConfigurationError):
    """A device that handles cash, and nowhere to write it down."""

    def __init__(self, model: str, book: str) -> None:
        super().__init__(
            f"A {model!r} moves money and was given no {book}: nothing may be taken or given "
            "before it can be written down; configure it in a kiosk, which keeps a journal."
        )


class LinkError(DeviceError):
    """The way to the device."""

    def __init__(self, port: str, what: str, remedy: str) -> None:
        super().__init__(f"{port}: {what}; {remedy}.")
        self.port = port


class LinkNotFound(LinkError):
    """Nothing is at this port: not fitted, or unplugged."""

    def __init__(self, port: str) -> None:
        super().__init__(port, "there is no such port", "plug the device in or correct its port")


class LinkRefused(LinkError):
    """Something is there and cannot be opened or set up; the text says what to do about it."""

    def __init__(self, port: str, cause: BaseException) -> None:
        super().__init__(port, f"cannot be opened ({cause})", _remedy(cause))


class LinkAmbiguous(LinkError):
    """Several ports fit what is configured: a guess might talk to another device."""

    def __init__(self, port: str, fitting: tuple[str, ...]) -> None:
        what = f"{len(fitting)} ports fit ({', '.join(fitting)})"
        super().__init__(port, what, "add the adapter's serial number, or use usb-path:")


_REMEDIES: Mapping[int, str] = {
    errno.EACCES: "let this user open it (group dialout, lp or input, or a udev rule)",
    errno.EPERM: "let this user open it (group dialout, lp or input, or a udev rule)",
    errno.EBUSY: "end the other program that holds it",
    errno.EWOULDBLOCK: "end the other program that holds it",
    errno.EINVAL: "this port refuses the line settings: correct baud and parity",
    errno.ENOTTY: "it is no serial port: correct the port",
    errno.ECONNREFUSED: "nothing listens there: check the device's power, address and port",
    errno.EHOSTUNREACH: "check the network cable and the device's address",
    errno.ETIMEDOUT: "check the network cable and the device's address",
}
_ANY_REMEDY = "check that no other program holds it, its permissions and its line settings"


def _remedy(cause: BaseException | None) -> str:
    """What to do, by the number the operating system gave, wherever a library put it."""
    while cause is not None:
        number: object = getattr(cause, "errno", None)
        if number is None and cause.args:
            number = cause.args[0]  # termios.error is no OSError
        if isinstance(number, int) and number in _REMEDIES:
            return _REMEDIES[number]
        cause = cause.__context__
    return _ANY_REMEDY


class LinkLost(LinkError):
    """It was open and broke."""

    def __init__(self, port: str, cause: object) -> None:
        super().__init__(port, f"the link broke ({cause})", "check the cable; it is opened again")


class LinkTimeout(LinkError):
    """It did not take our bytes in time; some of them may have gone."""

    def __init__(self, port: str, sent: int, total: int) -> None:
        what = f"only {sent} of {total} bytes were taken in time"
        super().__init__(port, what, "check flow control and whether the device is on")
        self.sent = sent


class InvalidJob(DeviceError):
    """A job that no printer could print; nothing was sent."""

    def __init__(self, job_id: str, what: str) -> None:
        super().__init__(f"Print job {job_id!r} {what}; correct the job, nothing was printed.")


class DriverFault(DeviceError):
    """A defect in a driver; the outcome of the command is unknown."""

    def __init__(self, device: str, cause: Exception) -> None:
        super().__init__(
            f"The driver of {device!r} failed ({type(cause).__name__}: {cause}); "
            "treat the command's outcome as unknown and report the defect."
        )
