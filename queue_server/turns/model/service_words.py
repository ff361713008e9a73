"""PURE: what a service is called in another language, and whether somebody read that through."""

from dataclasses import dataclass

# Those of the kiosk besides Spanish, which every service has.
LANGUAGES = ("en", "qu", "ay")


@dataclass(frozen=True)
class ServiceWords:
    """A service in one language. `name`, `needs`: "" is said in Spanish.

    `reviewed_by`: the account that said they were reviewed; None: a draft.
    """

    name: str
    needs: str
    reviewed_by: str | None = None


@dataclass(frozen=True)
class WrittenWords:
    """The same as an administrator writes it."""

    name: str
    needs: str
    reviewed: bool


def settled(
    was: ServiceWords | None, written: WrittenWords | None, who: str, *, spanish_changed: bool
) -> ServiceWords | None:
    """What is kept when `who` saves a service; None: nothing.

    `written` None leaves the words alone. Whoever ticks new words reviewed them; words that stay
    while the Spanish they were made from changes are a draft again, ticked or not.
    """
    if written is None:
        if was is None:
            return None
        written = WrittenWords(was.name, was.needs, was.reviewed_by is not None)
    name, needs = written.name.strip(), written.needs.strip()
    if not name and not needs:
        return None
    stays = was is not None and (was.name, was.needs) == (name, needs)
    if not written.reviewed or (stays and spanish_changed):
        return ServiceWords(name, needs)
    before = was.reviewed_by if was is not None and stays else None
    return ServiceWords(name, needs, before or who)
