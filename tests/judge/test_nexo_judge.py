"""Our nexo messages and the classes of another make (npm's `@adyen/api-library`).

Every member we write must be known to it at that place, and every word must be in its lists.
"""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest

from devices.kinds.card_terminal import ReversalReason
from devices.nexo.protocol import (
    COMMANDS,
    CONDITIONS,
    HEALTH,
    RESULTS,
    Abort,
    Body,
    Diagnosis,
    DiagnosisReply,
    Login,
    LoginReply,
    Message,
    Payment,
    PaymentReply,
    Reversal,
    ReversalReply,
    StatusReply,
    TransactionStatus,
)
from tests.support.loud import skip_loudly

SOURCES = Path(__file__).with_name("nexo_library")
KEPT = Path(__file__).resolve().parents[2] / "var" / "judge"
LISTED = ("package.json", "package-lock.json", ".npmrc")
INSTALL_S = 100
AT = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
PAID = PaymentReply(
    "Success", "", 3770, "PEN", "SIM00001", "A1B2C3", "603015000042", "T9.77", "4242", "visa", AT
)
BODIES: tuple[Body, ...] = (
    Login(AT),
    Diagnosis(),
    Payment("order-1", AT, 3770, "PEN"),
    Reversal("T9.77", AT, 3770, "Malfunction"),
    TransactionStatus("Payment", "PAY1", "KIOSK", "TERMINAL"),
    Abort("Payment", "PAY1", "KIOSK", "TERMINAL"),
    LoginReply("Success"),
    DiagnosisReply("Success", "", "OK", True, True),
    PAID,
    PaymentReply("Failure", "Refusal", stan="T9.78", at=AT),
    ReversalReply("Success", "", 3770, "T9.79", AT),
    StatusReply("Failure", "NotFound"),
    StatusReply("Success", "", Message("PAY1", "KIOSK", "TERMINAL", PAID)),
)
TREES: list[Any] = [
    json.loads(Message("PAY1", "KIOSK", "TERMINAL", body).to_bytes()) for body in BODIES
]


@pytest.fixture(scope="module")
def packages() -> Path:
    """The folder with node_modules. Skips loudly where they cannot be had."""
    if not shutil.which("npm") or not shutil.which("node"):
        skip_loudly("npm is not installed, so no other make judges our nexo messages")
    listed = b"".join((SOURCES / name).read_bytes() for name in LISTED)
    folder = KEPT / f"nexo-{hashlib.sha256(listed).hexdigest()[:16]}"
    if not folder.exists():
        _install(folder)
    return folder


def _install(folder: Path) -> None:
    """`npm ci` beside `folder`, which appears only when it is complete."""
    KEPT.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=KEPT))
    try:
        for name in LISTED:
            shutil.copy(SOURCES / name, fresh)
        words = ["npm", "ci", "--ignore-scripts", "--prefer-offline", "--fetch-retries=1"]
        subprocess.run(words, cwd=fresh, check=True, capture_output=True, timeout=INSTALL_S)
        with contextlib.suppress(OSError):  # another run was faster
            fresh.rename(folder)
    except (subprocess.SubprocessError, OSError) as error:
        skip_loudly(f"npm could not install the nexo judge: {type(error).__name__}")
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def judged(packages: Path, trees: list[Any]) -> dict[str, Any]:
    """What the other make lets through of `trees`, and its words."""
    said = subprocess.run(
        ["node", str(SOURCES / "judge.js")],
        env={**os.environ, "NODE_PATH": str(packages / "node_modules")},
        input=json.dumps(trees),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    return json.loads(said)


@pytest.fixture(scope="module")
def verdict(packages: Path) -> dict[str, Any]:
    return judged(packages, TREES)


def members(tree: Any, path: str = "") -> dict[str, Any]:
    """The members of a message by dotted path; times as they are, whatever their writing."""
    if isinstance(tree, dict):
        inner = [members(value, f"{path}.{name}") for name, value in tree.items()]
        return {name: value for part in inner for name, value in part.items()}
    moment = path.endswith(("TimeStamp", ".DateTime"))
    return {path: datetime.fromisoformat(tree) if moment else tree}


@pytest.mark.parametrize("place", range(len(BODIES)), ids=lambda at: type(BODIES[at]).__name__)
def test_every_member_we_write_is_known_to_another_make(
    verdict: dict[str, Any], place: int
) -> None:
    assert members(verdict["passed"][place]) == members(TREES[place])


@pytest.mark.parametrize("place", range(len(BODIES)), ids=lambda at: type(BODIES[at]).__name__)
def test_what_another_make_writes_is_read_as_we_meant_it(
    verdict: dict[str, Any], place: int
) -> None:
    written = json.dumps(verdict["passed"][place]).encode()
    assert Message.from_bytes(written).body == BODIES[place]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (CONDITIONS, "ErrorConditionType"),
        (HEALTH, "GlobalStatusType"),
        (RESULTS, "ResultType"),
        (tuple(COMMANDS), "MessageCategoryType"),
        (get_args(ReversalReason), "ReversalReasonType"),
        (("Normal",), "PaymentType"),
        (("Unattended",), "TerminalEnvironmentType"),
    ],
)
def test_every_word_of_ours_is_one_of_theirs(
    verdict: dict[str, Any], ours: tuple[str, ...], theirs: str
) -> None:
    assert set(ours) <= set(verdict["words"][theirs])


@pytest.mark.negative_control
def test_a_misspelt_or_misplaced_member_would_be_noticed(packages: Path) -> None:
    text = json.dumps(TREES[2])
    wrong = [
        json.loads(text.replace("RequestedAmount", "AmountRequested")),
        json.loads(text.replace('"AmountsReq"', '"AmountsResp"')),
    ]
    passed = judged(packages, wrong)["passed"]
    assert all(members(theirs) != members(ours) for theirs, ours in zip(passed, wrong, strict=True))
