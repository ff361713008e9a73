"""The errors of the device layer; each says what happened, to which thing, and what to do.

::

    DeviceError
    ├── ConfigurationError      a person wrote something we cannot follow
    │   ├── UnknownModel        no driver has this name
    │   ├── UnknownOption       the driver has no such option
    │   └── InvalidOption       the option exists, its value does not fit
    ├── LinkError               the way to the device
    │   ├── LinkNotFound        nothing is at this port (not fitted, unplugged)
    │   ├── LinkRefused         something is there and cannot be opened or set up
    │   ├── LinkLost            it was open and broke
    │   └── LinkTimeout         it did not take our bytes in time; some may have gone
    ├── InvalidJob              a job that no printer could print; nothing was sent
    └── DriverFault             a defect in a driver; the command's outcome is unknown

A machine-readable zone that cannot be accepted is not an error of a device: see
``devices.documents.mrz.MrzRefused``.
"""


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
    """Something is there and cannot be opened or set up."""

    def __init__(self, port: str, cause: Exception) -> None:
        remedy = "check that no other program holds it, its permissions and its line settings"
        super().__init__(port, f"cannot be opened ({cause})", remedy)


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
