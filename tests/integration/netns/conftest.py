"""Three hosts on one switch: the site's server, a kiosk, and a computer with nothing of ours."""

import warnings
from collections.abc import Iterator

import pytest

from tests.integration.netns import avahi, lan
from tests.integration.netns.avahi import Avahi
from tests.integration.netns.lan import Host, Lan
from tests.integration.netns.machines import LanKiosk, LanSite
from tests.support.site import StaffHttp
from tests.support.trust import Administrator

CODE = "K77"


@pytest.fixture(scope="package")
def switch() -> Iterator[Lan]:
    why = lan.missing()
    if why is not None:
        warnings.warn(f"nothing was tried between hosts: {why}", stacklevel=1)
        pytest.skip(why)
    with Lan() as made:
        yield made


@pytest.fixture(scope="package")
def office(switch: Lan) -> Host:
    """The server's host."""
    return switch.host("server")


@pytest.fixture(scope="package")
def hall(switch: Lan) -> Host:
    """The kiosk's host."""
    return switch.host("kiosk")


@pytest.fixture(scope="package")
def newcomer(hall: Host, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanKiosk]:
    """A kiosk that was switched on before there was a server."""
    with LanKiosk(hall, tmp_path_factory.mktemp("kiosk"), CODE) as made:
        yield made


@pytest.fixture(scope="package")
def site(
    office: Host, newcomer: LanKiosk, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LanSite]:
    with office.entered():
        made = LanSite(tmp_path_factory.mktemp("lan") / "site", office, announced=True)
        try:
            made.start("serve")
            made.wait_ready()
            yield made
        finally:
            made.remove()


@pytest.fixture(autouse=True)
def _at_the_server(office: Host) -> Iterator[None]:
    """People at the pages sit beside the server: no cable that is pulled is theirs."""
    with office.entered():
        yield


@pytest.fixture(scope="package")
def it(office: Host, site: LanSite) -> StaffHttp:
    with office.entered():
        return site.staff("rosa", "it")


@pytest.fixture(scope="package")
def kiosk(newcomer: LanKiosk, office: Host, site: LanSite) -> LanKiosk:
    """It found its server by itself, and was let in with the code it showed."""
    code = newcomer.shows("NotPaired", "1")[2]
    with office.entered():
        admin = Administrator(site, site.staff("jefa", "administrator"))
        assert admin.type(code, CODE).status_code == 204
    newcomer.shows("Welcome")
    return newcomer


@pytest.fixture(scope="package")
def stranger(switch: Lan, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Avahi]:
    """Somebody else's computer."""
    why = avahi.missing()
    if why is not None:
        warnings.warn(f"nothing was tried against avahi: {why}", stacklevel=1)
        pytest.skip(why)
    with Avahi(switch.host("other"), tmp_path_factory.mktemp("avahi")) as running:
        yield running
