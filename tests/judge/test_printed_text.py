"""Our slips' letters, read by a reader of ESC/POS of another make (npm's `npos`).

What it shows: the commands and the bytes of the letters are what ESC/POS says they are, in both
code pages. It does not show what a real printer's fonts look like.
"""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from devices.escpos.composer import compose
from devices.kinds.receipt_printer import Cut, Feed, PrintJob, Qr, Rule, Text
from kiosk.flow.facts import Ticket
from kiosk.flow.person import AttentionClass
from kiosk.flow.slip import SlipLine
from kiosk.slips import ticket_slip
from tests.judge.conftest import INSTALL_S, KEPT, LISTED
from tests.support.loud import skip_loudly

SOURCES = Path(__file__).with_name("escpos_reader")
SPANISH = (
    "EL VELOZ MURCIÉLAGO HINDÚ COMÍA FELIZ CARDILLO Y KIWI",
    "La cigüeña tocaba el saxofón detrás del palenque de paja.",
    "¿Qué? ¡Sí! ÁÉÍÓÚÜÑ áéíóúüñ «N.º 3»",
)
ANDEAN = (
    "Ñawpaqman p'unchay, allin ñan",
    "Jach'a uru, qhipha sïna, ñä mistuñani, ukhamaraki lurapxï",
)


@pytest.fixture(scope="module")
def reader() -> Path:
    """The folder with node_modules. Skips loudly where it cannot be had."""
    if not shutil.which("npm") or not shutil.which("node"):
        skip_loudly("npm is not installed, so no reader of another make judges our slips")
    listed = b"".join((SOURCES / name).read_bytes() for name in LISTED)
    folder = KEPT / f"escpos-{hashlib.sha256(listed).hexdigest()[:16]}"
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
        words = ["npm", "ci", "--ignore-scripts", "--omit=optional", "--prefer-offline"]
        subprocess.run(
            [*words, "--fetch-retries=1"],
            cwd=fresh,
            check=True,
            capture_output=True,
            timeout=INSTALL_S,
        )
        with contextlib.suppress(OSError):  # another run was faster
            fresh.rename(folder)
    except (subprocess.SubprocessError, OSError) as error:
        skip_loudly(f"npm could not install the ESC/POS judge: {type(error).__name__}")
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def read(reader: Path, data: bytes) -> Mapping[str, Any]:
    """What it made of `data`: `text` and `commands`, or `error`."""
    ran = subprocess.run(
        ["node", str(SOURCES / "reader.js")],
        env={**os.environ, "NODE_PATH": str(reader / "node_modules")},
        input=data,
        capture_output=True,
        timeout=30,
        check=True,
    )
    return json.loads(ran.stdout)


@pytest.mark.parametrize("profile", ["default", "T-1"])
def test_spanish_and_andean_letters_are_read_back(reader: Path, profile: str) -> None:
    """`default` has CP1252, `T-1` only CP850."""
    lines = (*SPANISH, *ANDEAN)
    slip = PrintJob(
        "j", (*map(Text, lines), Rule(), Qr("https://turnos.example/1"), Feed(2), Cut())
    )
    said = read(reader, compose(slip, profile))
    assert said["text"].split("\n")[: len(lines)] == list(lines)
    assert {"ESC@", "ESCt", "GS(k", "GSV"} <= set(said["commands"])
    assert said["commands"].count("ESCt") == 1


def test_a_kiosks_ticket_is_read_back(reader: Path) -> None:
    lines = (
        SlipLine("title", "Módulo MAC Ñaña"),
        SlipLine("number", "J-042"),
        SlipLine("bold", "Atención preferente"),
        SlipLine("text", "Presente su DNI cuando lo llamen."),
    )
    ticket = Ticket("t", "J-042", "certificado", AttentionClass.GENERAL, 3, slip=lines)
    said = read(reader, compose(ticket_slip("j", ticket)))
    for line in lines:
        assert line.text in said["text"]


@pytest.mark.negative_control
def test_letters_in_another_page_than_the_printers_are_caught(reader: Path) -> None:
    wrong = compose(PrintJob("j", (Text(SPANISH[0]), Cut()))).replace(b"\x1bt\x10", b"\x1bt\x02")
    assert SPANISH[0] not in read(reader, wrong)["text"]
