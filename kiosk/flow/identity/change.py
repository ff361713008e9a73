"""The same visitor with another identity: what was done under the first one is not theirs."""

from dataclasses import replace

from kiosk.flow.effects import ForgetPerson, effect_id
from kiosk.flow.person import Person


def afresh(person: Person) -> tuple[Person, tuple[ForgetPerson, ...]]:
    """Whoever stands here, not known any more, in a session of their own.

    Every id derives from the session: no late answer about one document is taken for another's.
    """
    session = effect_id(person.session, "again")
    new = replace(person, session=session, document=None, began_as=person.visit)
    return new, (ForgetPerson(person.session),)
