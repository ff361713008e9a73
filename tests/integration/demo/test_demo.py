"""The README's first promise: `make demo` works, proves what it says, and leaves nothing behind."""

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import tomllib
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

import pytest
from PIL import Image
from sqlalchemy import select

from queue_server.bootstrap import open_database
from queue_server.config import load_config
from queue_server.core import tables as core
from tests.support.centre import eventually
from tests.support.site import REPOSITORY


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the demo was played to its end."""
    folder = tmp_path_factory.mktemp("demo") / "out"
    done = subprocess.run(
        [sys.executable, "-m", "deploy.demo", "--folder", str(folder)],
        cwd=REPOSITORY,
        env={**os.environ, "CI": "true"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture
def report(demo: Path) -> dict[str, Any]:
    return json.loads((demo / "report.json").read_text())


def running_in(folder: Path) -> list[str]:
    """The command lines of processes that name `folder`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if str(folder) in words and "pytest" not in words:
            found.append(words)
    return found


def test_the_certificate_is_signed_and_the_same_in_mail_and_report(report: dict[str, Any]) -> None:
    certificate = report["certificate"]
    assert certificate["outcome"] == "issued"
    said = subprocess.run(
        ["pdfsig", "-nocert", certificate["pdf"]], capture_output=True, text=True, check=True
    ).stdout
    assert ("Signature is Valid" in said) is certificate["signature_valid"] is True
    raw = Path(report["email"]["path"]).read_bytes()
    letter = cast(EmailMessage, message_from_bytes(raw, policy=policy.default))
    (pdf,) = [part.get_content() for part in letter.iter_attachments()]
    digests = {
        hashlib.sha256(each).digest() for each in (pdf, Path(certificate["pdf"]).read_bytes())
    }
    assert len(digests) == 1
    text = subprocess.run(
        ["pdftotext", certificate["pdf"], "-"], capture_output=True, text=True, check=True
    ).stdout
    assert certificate["number"] in text
    assert "SIN VALOR LEGAL" in text
    assert certificate["application_number"] in Path(report["receipt"]["path"]).read_text()


def test_ticket_paper_database_and_report_agree(demo: Path, report: dict[str, Any]) -> None:
    ticket = report["ticket"]
    assert ticket["number"] in Path(ticket["path"]).read_text()
    assert Path(ticket["path"]).with_suffix(".bin").stat().st_size > 0
    database = open_database(load_config(demo / "run" / "server.toml"))
    called = select(core.events.c.at, core.events.c.body).where(
        core.events.c.kind == "ticket.called"
    )
    (row,) = database.read(lambda uow: uow.connection.execute(called).all())
    database.close()
    assert row.body["number"] == ticket["number"]
    assert datetime.fromisoformat(ticket["called_at"]) == row.at
    assert 0 < ticket["shown_on_display_ms"] < 10_000


def test_every_screen_that_was_passed_is_a_picture(report: dict[str, Any]) -> None:
    names = {Path(each).stem for each in report["screens"]}
    assert {"console", "display", "monitor"} <= names
    for word in (
        "terms",
        "give_email",
        "paying_by_card",
        "working",
        "certificate_ready",
        "in_review",
    ):
        assert any(word in name for name in names), f"no picture of {word}"
    for each in report["screens"]:
        with Image.open(each) as picture:
            shades = picture.convert("L").resize((60, 60)).getcolors()
            assert shades is not None
            assert len(shades) > 5, f"{each} is blank"


def test_the_journey_keeps_to_its_touches_and_each_process_says_its_memory(
    report: dict[str, Any],
) -> None:
    journey = report["journey"]
    assert journey["touches"] <= 10
    assert journey["typed_screens"] <= 2
    assert journey["machine_seconds"] > 0
    assert {"sandbox", "mailbox", "jobs", "web", "kiosk"} <= set(report["processes"])
    assert all(peak > 1 for peak in report["processes"].values())


def test_nothing_stays_behind(demo: Path) -> None:
    assert running_in(demo) == []
    assert not list((demo / "run").glob("*.tty"))


def test_nothing_stays_behind_after_ctrl_c(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy.demo", "--folder", str(folder)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "is up" in line:
            break
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 0, said
    assert "Traceback" not in said
    eventually(lambda: not running_in(folder))
    assert not list((folder / "run").glob("*.tty"))
    config = tomllib.loads((folder / "run" / "server.toml").read_text())
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", config["port"])) != 0, "the port is still taken"
