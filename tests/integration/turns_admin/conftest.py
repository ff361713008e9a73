"""One running site a database, an administrator and a kiosk beside it."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.site import KioskHttp, Site, StaffHttp, running_site


class AdminHttp:
    """The administration's side of the API, without a browser."""

    def __init__(self, staff: StaffHttp) -> None:
        self.staff = staff
        self.http = staff.http

    def configuration(self) -> dict[str, Any]:
        """Everything, as it is now."""
        answer = self.http.get("/api/v1/admin/configuration")
        assert answer.is_success, answer.text
        return answer.json()

    @property
    def version(self) -> int:
        """The site's present version."""
        return self.configuration()["version"]

    def put(self, path: str, key: str = "", **body: Any) -> httpx.Response:
        """Change something; made on the present version unless `version` says another."""
        body.setdefault("version", self.version)
        headers = {"Idempotency-Key": key or str(uuid4())}
        return self.http.put(f"/api/v1/admin/{path}", json=body, headers=headers)

    def remove(self, path: str) -> httpx.Response:
        """Remove something on the present version."""
        headers = {"Idempotency-Key": str(uuid4())}
        return self.http.delete(
            f"/api/v1/admin/{path}", params={"version": self.version}, headers=headers
        )


@pytest.fixture(scope="package", params=["sqlite", "postgresql"])
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("admin"), database=request.param) as running:
        yield running


@pytest.fixture(scope="package")
def kiosk(site: Site) -> KioskHttp:
    return site.kiosk()


@pytest.fixture(scope="package")
def admin(site: Site) -> AdminHttp:
    return AdminHttp(site.staff("jefa", "administrator"))


@pytest.fixture(scope="package")
def staff(site: Site) -> StaffHttp:
    return site.staff("ana")
