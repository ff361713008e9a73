"""Who is offered to be attended first (Ley 28683, Ley 30490), without having asked for it."""

from datetime import date

from kiosk.flow.person import AttentionClass, Person
from kiosk.flow.world import World

ELDERLY_YEARS = 60
"""An elderly person is 60 or older (Ley 30490, article 2)."""


def offers_preference(world: World, person: Person) -> bool:
    """Whether the question is due: the document says 60 or more, or the first screen, where others
    say it for themselves, was passed over."""
    if person.attention_class is AttentionClass.PREFERENTIAL or person.declined:
        return False
    return person.came_by_document or _is_elderly(world.today, person)


def _is_elderly(today: date | None, person: Person) -> bool:
    if today is None or person.document is None:
        return False
    born = person.document.birth_date
    birthday_to_come = (today.month, today.day) < (born.month, born.day)
    return today.year - born.year - birthday_to_come >= ELDERLY_YEARS
