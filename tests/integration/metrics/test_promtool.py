"""Prometheus' own tool judges what the real server says, the rules, and the boards."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from queue_server.issuance.call_times import service as call_times
from queue_server.issuance.call_times.model import CallOutcome
from queue_server.issuance.call_times.service import CallTimes
from queue_server.web.metrics.model.series import CATALOGUE, Kind
from tests.integration.metrics.reading import BEARER
from tests.support.loud import skip_loudly
from tests.support.site import REPOSITORY, Site

PROMETHEUS = REPOSITORY / "deploy" / "prometheus"
BOARDS = sorted((REPOSITORY / "deploy" / "grafana").glob("*.json"))
NAME = re.compile(r"\bventanilla[_:][a-z0-9_:]+")


def promtool(*words: str, given: str = "", folder: Path = PROMETHEUS) -> str:
    """What it says. Raises AssertionError when it is not content."""
    tool = shutil.which("promtool", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if tool is None:
        skip_loudly("the figures and rules: no promtool; run `apt-get update`, then `make setup`")
    done = subprocess.run(
        [tool, *words], input=given, cwd=folder, text=True, capture_output=True, timeout=60
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said


def beat(site: Site, kiosk: str) -> None:
    """One kiosk tells everything a kiosk can tell."""
    printer = {
        "name": "printer",
        "kind": "receipt_printer",
        "model": "escpos",
        "device": "online",
        "parts": {"paper": "full", "cover": "closed"},
        "action": None,
        "detail": "",
    }
    body = {
        "boot_id": "6f1c0a52-5e0e-4d0f-9a39-1f6f2f0e7c11",
        "sequence": 1,
        "build": "0.1.0",
        "screen": "Welcome",
        "devices": [printer],
        "unsent": 0,
        "supplies": [
            {"device": "printer", "name": "paper", "unit": "prints", "count": 9, "capacity": 90}
        ],
        "journeys": [{"journey": "certificate", "obstacle": ""}],
        "vitals": {"temperature_c": 41.5, "disk_percent": 30, "clock_offset_ms": 12},
    }
    assert site.kiosk(kiosk).http.post("/api/v1/heartbeat", json=body).is_success


def test_promtool_finds_no_fault_in_what_the_server_says(site: Site) -> None:
    beat(site, "P01")
    database, times = site.database(), CallTimes("PRUEBA")
    times.count("consultarTitular", CallOutcome.ANSWERED, 0.2)
    call_times.keep(database, times)
    database.close()
    text = httpx.get(f"{site.url}/metrics", headers=BEARER, trust_env=False).text
    assert 'ventanilla_soap_call_seconds_bucket{site="PRUEBA"' in text
    assert 'ventanilla_journey_ready{site="PRUEBA",kiosk="P01",journey="certificate"} 1' in text
    promtool("check", "metrics", given=text)


@pytest.mark.negative_control
@pytest.mark.parametrize(
    "text",
    [
        "# HELP ventanilla_calls Calls\n# TYPE ventanilla_calls counter\nventanilla_calls 3\n",
        'ventanilla_up{site="S} 1\n',
        "# TYPE ventanilla_age_milliseconds gauge\nventanilla_age_milliseconds 3\n",
    ],
    ids=["counter without _total", "open quote", "no base unit, no help"],
)
def test_promtool_objects_to_a_wrong_series(text: str) -> None:
    with pytest.raises(AssertionError):
        promtool("check", "metrics", given=text)


def test_the_rules_hold_and_do_what_their_tests_say() -> None:
    assert "SUCCESS" in promtool("check", "rules", "rules.yml")
    assert "SUCCESS" in promtool("test", "rules", "rules_test.yml")
    promtool("check", "config", "--syntax-only", "prometheus.yml")


@pytest.mark.negative_control
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("expr: vector(1)", "expr: vector(0) > 0"),
        ("expr: ventanilla_backend_up == 0", "expr: ventanilla_backend_up == 1"),
        (" unless on (site)", " and on (site)"),
        (" == 0 unless ventanilla_kiosk_maintained == 1) unless", " == 0) unless"),
        ("ventanilla_audit_anchor_age_seconds > 900", "ventanilla_audit_anchor_age_seconds > 1e9"),
    ],
    ids=["mute watchdog", "backend upside down", "blames kiosks", "maintenance", "late anchor"],
)
def test_a_broken_rule_fails_its_test(tmp_path: Path, ours: str, theirs: str) -> None:
    rules = (PROMETHEUS / "rules.yml").read_text()
    assert ours in rules
    (tmp_path / "rules.yml").write_text(rules.replace(ours, theirs, 1))
    shutil.copy(PROMETHEUS / "rules_test.yml", tmp_path)
    with pytest.raises(AssertionError, match="FAILED"):
        promtool("test", "rules", "rules_test.yml", folder=tmp_path)


# --- names ---------------------------------------------------------------------------------------
def told() -> set[str]:
    """Every name that a query can find: of the catalogue, and what the rules record."""
    names = {each.name for each in CATALOGUE}
    for each in CATALOGUE:
        if each.kind is Kind.HISTOGRAM:
            names |= {f"{each.name}_{end}" for end in ("bucket", "sum", "count")}
    recorded = re.findall(r"record: (\S+)", (PROMETHEUS / "rules.yml").read_text())
    return names | set(recorded)


def expressions(board: dict[str, Any]) -> Iterator[str]:
    """Every query of a board."""
    for panel in board["panels"]:
        for target in panel["targets"]:
            yield target["expr"]


def strangers(queries: str) -> set[str]:
    """Names in `queries` that nothing tells."""
    return set(NAME.findall(queries)) - told()


def test_every_name_in_the_rules_is_one_that_the_server_tells() -> None:
    assert strangers((PROMETHEUS / "rules.yml").read_text()) == set()
    assert strangers((PROMETHEUS / "rules_test.yml").read_text()) == set()


@pytest.mark.parametrize("path", BOARDS, ids=lambda each: each.name)
def test_every_query_of_a_board_is_valid_and_finds_something(path: Path, tmp_path: Path) -> None:
    board = json.loads(path.read_text())
    queries = list(expressions(board))
    assert len(queries) >= 20
    assert strangers("\n".join(queries)) == set()
    rules = [{"record": f"q:{each}", "expr": query} for each, query in enumerate(queries)]
    written = json.dumps({"groups": [{"name": "board", "rules": rules}]})  # YAML holds JSON
    (tmp_path / "board.yml").write_text(written)
    promtool("check", "rules", "board.yml", folder=tmp_path)
    panels = [each["id"] for each in board["panels"]]
    assert len(set(panels)) == len(panels)


@pytest.mark.negative_control
def test_a_query_for_a_series_that_is_no_more_is_caught() -> None:
    assert strangers("sum(ventanilla_kiosks_online)") == {"ventanilla_kiosks_online"}
