"""Words of a service in another language: who reviewed them, and when that ends."""

import pytest

from queue_server.turns.model.service_words import ServiceWords, WrittenWords, settled

DRAFT = ServiceWords("Information", "Bring nothing.")
READ = ServiceWords("Information", "Bring nothing.", "rosa")
SAME = WrittenWords("Information", "Bring nothing.", reviewed=True)
OTHER = WrittenWords("Questions", "Bring nothing.", reviewed=True)
UNTICKED = WrittenWords("Information", "Bring nothing.", reviewed=False)


@pytest.mark.parametrize(
    ("was", "written", "spanish_changed", "kept"),
    [
        (None, None, False, None),
        (None, UNTICKED, False, DRAFT),
        (None, SAME, False, ServiceWords("Information", "Bring nothing.", "jefa")),
        (DRAFT, SAME, False, ServiceWords("Information", "Bring nothing.", "jefa")),
        (READ, SAME, False, READ),
        (READ, UNTICKED, False, DRAFT),
        (READ, OTHER, False, ServiceWords("Questions", "Bring nothing.", "jefa")),
        (READ, None, False, READ),
        (READ, None, True, DRAFT),
        (READ, SAME, True, DRAFT),
        (READ, OTHER, True, ServiceWords("Questions", "Bring nothing.", "jefa")),
        (READ, WrittenWords(" ", "", reviewed=True), False, None),
    ],
)
def test_who_stands_for_words(
    was: ServiceWords | None,
    written: WrittenWords | None,
    spanish_changed: bool,
    kept: ServiceWords | None,
) -> None:
    assert settled(was, written, "jefa", spanish_changed=spanish_changed) == kept
