"""Any request the hub's published contract allows, and many it forbids, as for a site's server."""

import os
from collections.abc import Iterator

import pytest
import requests
import schemathesis
from hypothesis import settings

from queue_server.web.openapi import hub_application
from queue_server.web.roles import route_access
from tests.contract.test_any_request import ALL_CHECKS, CHECKS, EXAMPLES, usual
from tests.support.callers import Callers
from tests.support.site import REPOSITORY, Site

# What it shares with a site's server is asked there.
schema = schemathesis.openapi.from_path(str(REPOSITORY / "docs" / "openapi_hub.json")).include(
    path_regex=r"^/api/v1/hub/"
)
schema.config.phases.coverage.enabled = "FUZZ_EXAMPLES" in os.environ
ROLES = {(each.method, each.path): each.roles for each in route_access(hub_application())}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    hub = Site(tmp_path_factory.mktemp("fuzzed_hub"))
    try:
        for each in ("hub-jobs", "hub-web"):
            hub.fork(each)
        hub.wait_ready()
        yield hub
    finally:
        hub.remove()


@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=ALL_CHECKS, derandomize=True)
def test_no_request_surprises_the_hub(
    case: schemathesis.Case, site: Site, callers: Callers, session: requests.Session
) -> None:
    roles = ROLES.get((case.method.upper(), case.operation.path), ())
    answer = case.call_and_validate(
        base_url=site.url,
        session=session,
        headers={**(case.headers or {}), **callers.headers(usual(roles))},
        checks=list(CHECKS),
    )
    assert not roles or answer.status_code not in (401, 403), (
        "who may ask got no further than the door"
    )
