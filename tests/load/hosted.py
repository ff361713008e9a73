"""Many sites on one PostgreSQL with several workers: everybody is called once, in order, soon."""

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.load.client import Client, quantile
from tests.load.crowd import COUNTERS, furnish, operators, people_wait
from tests.support.postgres import PostgresServer
from tests.support.site import REPOSITORY, free_port, run_command

SITES, PEOPLE, EVERY_S = 8, 20_000, 0.5
SERVER = ("queue_server", "serve", "--workers", "4")
# What the same measurement must notice: one worker, slow on purpose.
SLOWED, SLOWED_PEOPLE = ("tests.load.slowed", "web"), 1_600


def hosted_sites(folder: Path, samples: dict[str, Any]) -> dict[str, Any]:
    """8 sites × 8 staff, each calling every half second whatever the answers take (open loop),
    until 20,000 people were called; latency from the moment a call was due. Then a slowed server.
    """
    figures = _hosted(folder / "ours", SERVER, PEOPLE, samples.setdefault("pg", {}))
    slowed = _hosted(folder / "slowed", SLOWED, SLOWED_PEOPLE, samples.setdefault("pg_slowed", {}))
    return {**figures, "worse_pg_p99_ms": slowed["pg_p99_ms"]}


def _hosted(
    folder: Path, server: tuple[str, ...], people: int, samples: dict[str, Any]
) -> dict[str, Any]:
    folder.mkdir(parents=True)
    postgres = PostgresServer(durable=True)
    try:
        url = postgres.url(postgres.create())
        return _measure(folder, url, server, people, samples)
    finally:
        postgres.stop()


def _measure(
    folder: Path, url: str, how: tuple[str, ...], count: int, samples: dict[str, Any]
) -> dict[str, Any]:
    port = free_port()
    config = folder / "server.toml"
    config.write_text(
        f'site = "S1"\nplain_http = true\nport = {port}\ndatabase_url = "{url}"\n'
        "[discovery]\nenabled = false\n"
    )
    run_command(config, "init")
    people, staff = _people(config, port, count)
    module, *command = how
    words = [sys.executable, "-m", module, "--config", str(config), *command]
    server = subprocess.Popen(words, cwd=REPOSITORY)
    try:
        _until_answers(port)
        took, called = _open_loop(staff, count)
    finally:
        server.terminate()
        server.wait(timeout=20)
    flat = [ticket for site in called.values() for _, ticket in sorted(site)]
    samples["call_ms"] = [round(each, 2) for each in took]
    return {
        "pg_calls": len(flat),
        "pg_double_calls": len(flat) - len(set(flat)),
        "pg_skipped": sum(_skipped(people[site], called[site]) for site in people),
        "pg_p50_ms": round(quantile(took, 0.5), 1),
        "pg_p99_ms": round(quantile(took, 0.99), 1),
    }


def _people(
    config: Path, port: int, count: int
) -> tuple[dict[str, list[str]], dict[str, list[Client]]]:
    """`count` people spread over the sites, and the signed-in staff of each."""
    from queue_server.bootstrap import open_database
    from queue_server.config import load_config

    database = open_database(load_config(config))
    people, staff = {}, {}
    try:
        for number in range(1, SITES + 1):
            site = f"S{number}"
            furnish(database, site)
            people[site] = people_wait(database, site, count // SITES)
            staff[site] = operators(database, site, port)
    finally:
        database.close()
    return people, staff


def _until_answers(port: int) -> None:
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        try:
            Client(port).post("/api/v1/health")
        except OSError:
            time.sleep(0.05)
        except ValueError:
            return
        else:
            return
    raise TimeoutError("the workers did not start")


def _open_loop(
    staff: dict[str, list[Client]], count: int
) -> tuple[list[float], dict[str, list[tuple[float, str]]]]:
    took: list[float] = []
    called: dict[str, list[tuple[float, str]]] = {site: [] for site in staff}
    begin = time.perf_counter() + 1
    lock = threading.Lock()

    def work(site: str, counter: str, client: Client, offset: float) -> None:
        for turn in range(count // SITES // COUNTERS + COUNTERS):
            due = begin + offset + turn * EVERY_S
            time.sleep(max(0.0, due - time.perf_counter()))
            answer = client.post(f"/api/v1/counters/{counter}/call-next")
            now = time.perf_counter()
            if answer.status == 404:
                return
            assert answer.status == 200, answer
            with lock:
                took.append((now - due) * 1000)
                called[site].append((_instant(answer.body), answer.body["ticket_id"]))
            client.post(f"/api/v1/tickets/{answer.body['ticket_id']}/finish")

    jobs = [
        (site, f"W{place}", client, EVERY_S * (number * COUNTERS + place) / (SITES * COUNTERS))
        for number, (site, clients) in enumerate(staff.items())
        for place, client in enumerate(clients, 1)
    ]
    with ThreadPoolExecutor(len(jobs)) as pool:
        for done in [pool.submit(work, *job) for job in jobs]:
            done.result()
    return took, called


def _instant(body: Any) -> float:
    from datetime import datetime

    return datetime.fromisoformat(body["called_at"]).timestamp()


def _skipped(people: list[str], called: list[tuple[float, str]]) -> int:
    """People who were passed over: not called though somebody behind them was."""
    reached = {ticket for _, ticket in called}
    last = max((place for place, ticket in enumerate(people) if ticket in reached), default=-1)
    return sum(ticket not in reached for ticket in people[: last + 1])
