"""A private link: who came is written down, it is not taken endlessly, and it ends."""

from collections.abc import Callable

import pytest

from queue_server.core.problem import Problem
from queue_server.issuance.services import delivery, link_views
from queue_server.issuance.services.forgetting import forget_expired
from tests.integration.delivery.conftest import Place
from tests.support.delivered import PDF, SITE, Given


def take(place: Place, given: Given) -> bytes:
    return place.database.run(lambda uow: delivery.take(uow, given.token))[1]


def open_page(place: Place, given: Given) -> None:
    place.database.run(lambda uow: link_views.opened(uow, SITE, given.id))


def refusal(place: Place, given: Given) -> tuple[int, str]:
    """How taking the file, and opening the page, are refused."""
    with pytest.raises(Problem) as of_file:
        take(place, given)
    with pytest.raises(Problem) as of_page:
        place.database.read(lambda uow: delivery.behind_link(uow, given.token))
    assert of_file.value.kind == of_page.value.kind
    return of_page.value.status, of_page.value.kind


def check_bound(place: Place, given: Given) -> None:
    """The file is had `DOWNLOADS` times a minute and no more, whatever the process."""
    for _ in range(link_views.DOWNLOADS):
        assert take(place, given) == PDF
    with pytest.raises(Problem) as refused:
        take(place, given)
    assert (refused.value.status, refused.value.kind) == (429, "too_many_downloads")
    assert refused.value.extra["retry_after_s"] == 60


def test_a_link_says_what_is_behind_it_and_gives_the_file(place: Place) -> None:
    given = place.shelf.put()
    behind = place.database.read(lambda uow: delivery.behind_link(uow, given.token))
    assert (behind.number, behind.site) == (given.number, SITE)
    assert take(place, given) == PDF


def test_a_file_is_taken_so_often_a_minute_and_then_again(place: Place) -> None:
    given = place.shelf.put()
    check_bound(place, given)
    place.clock.forward(seconds=61)
    assert take(place, given) == PDF
    other = place.shelf.put()
    assert take(place, other) == PDF


@pytest.mark.negative_control
def test_a_file_whose_taking_is_not_written_down_is_caught(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_views, "_append", lambda *_: None)
    with pytest.raises(pytest.fail.Exception):
        check_bound(place, place.shelf.put())


@pytest.mark.parametrize(
    ("what", "come"), [(link_views.FILE, take), (link_views.PAGE, open_page)], ids=["file", "page"]
)
def test_the_newest_views_are_kept_and_all_are_counted(
    place: Place,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
    come: Callable[[Place, Given], object],
) -> None:
    monkeypatch.setattr(link_views, "KEPT", 3)
    given = place.shelf.put()
    for _ in range(5):
        place.clock.forward(seconds=15)
        come(place, given)
    assert place.shelf.views(given, what) == [3, 4, 5]
    counted = place.database.read(lambda uow: link_views.count(uow, given.id))
    assert counted == link_views.Views(**{"page": 0, "file": 0, what: 5})


def test_a_reload_is_the_same_opening(place: Place) -> None:
    given = place.shelf.put()
    open_page(place, given)
    place.clock.forward(seconds=5)
    open_page(place, given)
    assert place.shelf.views(given, link_views.PAGE) == [1]


def test_a_link_ends_when_it_expires_before_and_after_its_file_is_deleted(place: Place) -> None:
    given = place.shelf.put()
    place.clock.forward(days=7, seconds=-1)
    assert take(place, given) == PDF
    place.clock.forward(seconds=1)
    assert refusal(place, given) == (410, "link_expired")
    assert place.database.read(lambda uow: delivery.link_token(uow, given.id)) is None
    with pytest.raises(delivery.CertificateForgotten):
        place.database.read(lambda uow: delivery.pdf_of(uow, given.id))
    while place.database.run(lambda uow: forget_expired(uow, SITE)):
        pass
    assert refusal(place, given) == (410, "link_expired")
    with pytest.raises(delivery.CertificateForgotten):
        place.database.read(lambda uow: delivery.pdf_of(uow, given.id))


@pytest.mark.parametrize("token", ["", "x" * 43, "x" * 5000, "ñ" * 43, "../../etc/passwd"])
def test_a_link_that_was_never_given_leads_nowhere(place: Place, token: str) -> None:
    with pytest.raises(Problem) as refused:
        place.database.read(lambda uow: delivery.behind_link(uow, token))
    assert (refused.value.status, refused.value.kind) == (404, "no_such_link")


def test_links_are_unlike_each_other(place: Place) -> None:
    tokens = {place.shelf.put().token for _ in range(3)}
    assert len(tokens) == 3
    assert {len(token) for token in tokens} == {43}
