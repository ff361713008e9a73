"""Everybody at once: nobody called twice, no number twice, nothing acknowledged is lost."""

from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path

import pytest

from tests.load.client import Client
from tests.load.crowd import SERVICE, kiosks
from tests.race.run import Verdict, run, served
from tests.support.site import Kind

KINDS: list[Kind] = ["sqlite", "postgresql"]


def judged(verdict: Verdict) -> Verdict:
    print(
        f"race: {verdict.operations} operations, {verdict.acknowledged} acknowledged, "
        f"{len(verdict.troubles)} troubles, {len(verdict.faults)} faults"
    )
    return verdict


@pytest.mark.parametrize("kind", KINDS)
def test_a_short_fight_breaks_no_promise(kind: Kind, tmp_path: Path) -> None:
    verdict = judged(run(tmp_path, kind, seconds=2, seed=1))
    assert verdict.faults == []
    assert verdict.acknowledged > 20
    assert verdict.troubles


@pytest.mark.thorough
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [11, 22, 33])
@pytest.mark.parametrize("kind", KINDS)
def test_a_minute_of_fighting_breaks_no_promise(kind: Kind, seed: int, tmp_path: Path) -> None:
    verdict = judged(run(tmp_path, kind, seconds=60, seed=seed))
    assert verdict.faults == []


@pytest.mark.thorough
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", KINDS)
def test_eight_issuers_never_get_the_same_number(kind: Kind, tmp_path: Path) -> None:
    numbers = _issued(tmp_path, kind, each=1000)
    assert len(numbers) == len(set(numbers)) == 8000


# In `make test` the short fight judges the numbers too.
@pytest.mark.thorough
@pytest.mark.parametrize("kind", KINDS)
def test_issuers_never_get_the_same_number(kind: Kind, tmp_path: Path) -> None:
    numbers = _issued(tmp_path, kind, each=25)
    assert len(numbers) == len(set(numbers)) == 200


def _issued(folder: Path, kind: Kind, each: int, module: str = "queue_server") -> list[str]:
    def take(client: Client) -> list[str]:
        return list(filter(None, (_number(client) for _ in range(each))))

    with served(folder, kind, module) as (site, _), ThreadPoolExecutor(8) as pool:
        return [number for taken in pool.map(take, kiosks(site, 8)) for number in taken]


def _number(client: Client) -> str | None:
    """The number of a new ticket; None when the server could not give one."""
    try:
        answer = client.post("/api/v1/tickets", {"service": SERVICE})
    except (OSError, HTTPException):
        client.close()
        return None
    return answer.body["number"] if answer.status == 201 else None


@pytest.mark.negative_control
def test_select_then_update_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROKEN", "select-then-update")
    verdict = judged(run(tmp_path, "sqlite", seconds=2, seed=1, module="tests.race.broken"))
    assert any("chain broken" in fault for fault in verdict.faults)


@pytest.mark.thorough
@pytest.mark.negative_control
def test_count_plus_one_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROKEN", "count-plus-one")
    numbers = _issued(tmp_path, "sqlite", each=25, module="tests.race.broken")
    assert len(numbers) < 200, "the database itself must have refused numbers given twice"
