"""A site, the people who empty kiosks, and a kiosk with a till."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.integration.cash_boxes.boxes import Room, SmallBoxes, hurry
from tests.support.kiosk import Bench, switched_on
from tests.support.site import Site, StaffHttp, running_site


@dataclass
class Staff:
    """Two cashiers and a supervisor, signed in."""

    rosa: StaffHttp
    pilar: StaffHttp
    boss: StaffHttp


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("boxes")) as running:
        yield running


@pytest.fixture(scope="package")
def staff(site: Site) -> Staff:
    return Staff(
        site.staff("rosa", "cashier"),
        site.staff("pilar", "cashier"),
        site.staff("beatriz", "supervisor"),
    )


@pytest.fixture(scope="package")
def bench(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("kiosk")
    with pytest.MonkeyPatch.context() as patch:
        hurry(patch)
        with switched_on(SmallBoxes(folder, site, "C01", cash=True)) as ready:
            yield ready


@pytest.fixture
def room(site: Site, staff: Staff, bench: Bench) -> Room:
    return Room(staff.rosa, staff.boss, "C01", bench)
