"""argon2id: two at a time, a short line, and the same work for a name nobody has."""

import asyncio
import threading

import pytest
from argon2 import PasswordHasher, extract_parameters

from queue_server.core.problem import Problem
from queue_server.staff.services import passwords
from queue_server.staff.services.passwords import NOBODY, PasswordDesk, verify_password


class Slow:
    """Stands in for the hasher: counts who is inside, and lets nobody out before `go`."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.inside = self.most = 0
        self._lock = threading.Lock()

    def __call__(self, password: str) -> str:
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        assert self.go.wait(10)
        with self._lock:
            self.inside -= 1
        return password


def most_at_once(desk: PasswordDesk, slow: Slow, inside: int = 2, people: int = 8) -> int:
    """How many hashes ran at the same time when `people` asked at once and `inside` are."""

    async def run() -> None:
        asked = [asyncio.ensure_future(desk.hash(str(each))) for each in range(people)]
        while slow.most < inside:
            await asyncio.sleep(0)
        slow.go.set()
        await asyncio.gather(*asked)

    asyncio.run(run())
    desk.close()
    return slow.most


def test_at_most_two_hashes_run_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow()
    monkeypatch.setattr(passwords, "hash_password", slow)
    assert most_at_once(PasswordDesk(), slow) == 2


@pytest.mark.negative_control
def test_a_desk_without_the_bound_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow()
    monkeypatch.setattr(passwords, "hash_password", slow)
    assert most_at_once(PasswordDesk(at_once=8), slow, inside=3) > 2


def refused(desk: PasswordDesk, slow: Slow, people: int) -> list[Problem]:
    """What those were told who did not get their turn."""

    async def run() -> list[object]:
        asked = [asyncio.ensure_future(desk.hash(str(each))) for each in range(people)]
        await asyncio.wait(asked, timeout=0.2)
        slow.go.set()
        return await asyncio.gather(*asked, return_exceptions=True)

    answers = asyncio.run(run())
    desk.close()
    return [each for each in answers if isinstance(each, Problem)]


def test_whoever_waits_too_long_is_told_that_it_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow()
    monkeypatch.setattr(passwords, "hash_password", slow)
    told = refused(PasswordDesk(longest_wait_s=0.05), slow, people=4)
    assert {(each.status, each.kind) for each in told} == {(503, "busy")}


def test_the_line_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow()
    monkeypatch.setattr(passwords, "hash_password", slow)
    assert len(refused(PasswordDesk(), slow, people=2 + passwords.MAX_WAITING + 3)) == 3


def test_a_name_nobody_has_costs_the_same_work() -> None:
    assert extract_parameters(NOBODY) == extract_parameters(PasswordHasher().hash("x"))
    assert not verify_password(None, "x")
