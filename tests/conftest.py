"""Spreads the tests over the workers so that what shares a running site stays together."""

import gc
import os
from collections.abc import Generator, Iterator
from pathlib import PurePosixPath
from typing import Any

import hypothesis
import pytest
import structlog
from _pytest.nodeid import coerce_node_id
from xdist.scheduler import LoadScopeScheduling

# Examples are not timed: a busy machine is no fault of the code.
hypothesis.settings.register_profile("ventanilla", deadline=None)
hypothesis.settings.load_profile("ventanilla")

# Folders whose tests share expensive things (a site, a browser, a backend).
TOGETHER = {
    "browser",
    "core",
    "crash",
    "demo",
    "fleet",
    "issuance",
    "kiosk",
    "netns",
    "reports",
    "sandbox",
    "server",
    "staff",
    "turns_admin",
    "web",
}

# Who begins first. The long ones that keep several processes busy (a browser, a whole demo) each
# run beside many that wait for simulated devices: neither leaves a processor idle.
FIRST = (
    "browser",
    "devices",
    "escpos_dialects",
    "id003",
    "demo",
    "cash",
    "cash_boxes",
    "offline_turns",
    "wallet",
    "day_close",
    "crash",
    "relays",
    "race",
    "issuance",
    "core",
)

# Folders whose tests only compute. They are spread among those that wait for devices and servers,
# so that no processor is idle for most of the time and none has too much to do at the end.
COMPUTING = ("kiosk_ui",)


def group_of(nodeid: str) -> str:
    """What a test stays together with: its folder where that shares something, else its file."""
    path = PurePosixPath(nodeid.split("::", 1)[0])
    shared = path.parent.name in TOGETHER and "unit" not in path.parts
    return str(path.parent if shared else path)


class ByPlace(LoadScopeScheduling):
    """Gives a worker one whole group at a time, in the order the tests were collected."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: Any, log: Any) -> ByPlace:
    """Called by xdist for `--dist loadscope`."""
    return ByPlace(config, log)


@pytest.fixture(autouse=True)
def usual_logs() -> Iterator[None]:
    """A command line run inside a test logs to what was its stderr; the next test does not."""
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()


@pytest.fixture(autouse=True)
def usual_mask() -> Iterator[None]:
    """A command run inside a test makes files for their owner alone; the next test does not."""
    mask = os.umask(0o022)
    yield
    os.umask(mask)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones begin first. Each has an id of its own, for the scheduler runs an id once."""
    for item in items:
        if not item.nodeid.endswith(item.name):  # Schemathesis: one id for all operations
            item._id = coerce_node_id(f"{item.nodeid.split('::', 1)[0]}::{item.name}")
    if len({item.nodeid for item in items}) != len(items):
        raise pytest.UsageError("two tests have one id, and only one of them would run")
    items.sort(key=_turn)
    items[:] = _spread(items)


def _spread(items: list[pytest.Item]) -> list[pytest.Item]:
    """The same tests, the computing groups evenly among the other groups that begin early."""
    groups: dict[str, list[pytest.Item]] = {}
    for item in items:
        groups.setdefault(group_of(item.nodeid), []).append(item)
    computing = [each for each in groups.values() if each[0].path.parent.name in COMPUTING]
    waiting = [each for each in groups.values() if _turn(each[0]) <= len(FIRST)]
    small = [
        each
        for each in groups.values()
        if _turn(each[0]) > len(FIRST) and each[0].path.parent.name not in COMPUTING
    ]
    if not waiting:
        return items
    places = [(number + 0.5) / len(waiting) for number in range(len(waiting))]
    among = [(number + 0.5) / len(computing) for number in range(len(computing))]
    early = sorted(
        [*zip(places, waiting, strict=True), *zip(among, computing, strict=True)],
        key=lambda placed: placed[0],
    )
    return [item for group in [*(each for _, each in early), *small] for item in group]


def _turn(item: pytest.Item) -> int:
    """Small groups come last, to fill what is left of the time on every worker."""
    if "unit" in item.path.parts or "property" in item.path.parts:
        return len(FIRST) + 1
    name = item.path.parent.name
    return FIRST.index(name) if name in FIRST else len(FIRST)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Nothing that is read while collecting is garbage: looking for some takes a fifth of it."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish() -> None:
    """Thousands of tests and their modules stay to the end: no need to look at them ever again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
