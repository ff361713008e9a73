"""Any request the published contract allows, and many it forbids: no server error, no surprise.

Schemathesis makes them up; they go to a real server, each in the role its route needs.
"""

import os
from collections.abc import Iterator

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import checks
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from queue_server.staff.model import Role
from queue_server.web.openapi import application
from queue_server.web.roles import route_access
from tests.support.callers import Callers
from tests.support.site import REPOSITORY, Site, running_site

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "3"))
PUBLISHED = REPOSITORY / "docs" / "openapi.json"
CHECKS = (
    checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
# A stream of events never ends: it is listened to elsewhere.
STREAMS = r"/feed$"
ALL_CHECKS = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]

schema = schemathesis.openapi.from_path(str(PUBLISHED)).exclude(path_regex=STREAMS)
schema.config.phases.coverage.enabled = "FUZZ_EXAMPLES" in os.environ
ROLES = {(each.method, each.path): each.roles for each in route_access(application())}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("fuzzed")) as running:
        yield running


@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=ALL_CHECKS, derandomize=True)
def test_no_request_surprises_the_server(
    case: schemathesis.Case, site: Site, callers: Callers, session: requests.Session
) -> None:
    roles = ROLES.get((case.method.upper(), case.operation.path), ())
    headers = callers.headers(usual(roles))
    case.call_and_validate(
        base_url=site.url,
        session=session,
        headers={**(case.headers or {}), **headers},
        checks=list(CHECKS),
    )


def usual(roles: tuple[Role, ...]) -> Role | None:
    """The role that uses a route in daily life; None for everybody's."""
    return roles[0] if roles else None
