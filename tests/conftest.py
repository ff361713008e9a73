"""Spreads the tests over two workers so that what shares a running site stays together."""

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
# Folders whose tests share expensive things (a site, a browser, a backend).
TOGETHER = {"browser", "crash", "demo", "fleet", "issuance", "kiosk", "sandbox", "server"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One group a folder of `TOGETHER`, one a file elsewhere; the long ones begin first."""
    for item in items:
        folder = item.path.parent
        shared = folder.name in TOGETHER and "unit" not in folder.parts
        group = folder if shared else item.path
        item.add_marker(pytest.mark.xdist_group(str(group.relative_to(TESTS))))
    items.sort(key=lambda item: "unit" in item.path.parts or "property" in item.path.parts)
