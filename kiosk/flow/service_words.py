"""PURE: a service in the person's language, else in Spanish."""

from kiosk.flow.world import Service, ServiceWords, World, offered

NONE = ServiceWords("")


def name_in(language: str, service: Service) -> str:
    """What the service is called."""
    return _words(language, service).name or service.name


def needs_in(language: str, service: Service) -> str:
    """What it is, what to bring; "" where the site says nothing about it."""
    return _words(language, service).needs or service.needs


def explained_in(language: str, service: Service) -> str:
    """What it is, in one sentence of this language, where its name is a Spanish one; else ""."""
    said = _words(language, service)
    return "" if said.name else said.needs.partition(". ")[0].rstrip(".") + "." * bool(said.needs)


def called_in(language: str, world: World, spanish: str) -> str:
    """What the service of this Spanish name is called; the same name where it is not known."""
    known = next((each for each in offered(world) if each.name == spanish), None)
    return spanish if known is None else name_in(language, known)


def _words(language: str, service: Service) -> ServiceWords:
    return next((each for each in service.words if each.language == language), NONE)
