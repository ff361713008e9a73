"""Signed files as poppler sees them, and the process: state, signals, refusals to start."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest


@pytest.fixture
def pdfsig() -> Callable[[Path], str]:
    """Poppler's opinion of a file."""
    program = shutil.which("pdfsig")
    if program is None:
        pytest.fail("pdfsig is missing: apt-get install poppler-utils")
    command = str(program)
    return lambda file: (
        subprocess.run(
            [command, "-nocert", str(file)], capture_output=True, text=True, timeout=10
        ).stdout
    )


def test_the_signature_covers_the_whole_file(
    caller: Any, pdfsig: Callable[[Path], str], tmp_path: Path
) -> None:
    number = caller.send(caller.request()).solicitud.numeroCertificado
    file = tmp_path / "certificate.pdf"
    file.write_bytes(caller.fetch(number).archivo.pdf)
    found = pdfsig(file)
    assert "Signature is Valid" in found
    assert "Total document signed" in found
    assert "ETSI.CAdES.detached" in found
    assert "PRUEBA SIN VALOR LEGAL" in found


@pytest.mark.negative_control
def test_one_changed_byte_breaks_the_signature(
    caller: Any, pdfsig: Callable[[Path], str], tmp_path: Path
) -> None:
    number = caller.send(caller.request()).solicitud.numeroCertificado
    pdf = bytearray(caller.fetch(number).archivo.pdf)
    place = pdf.index(b"CAJ-")
    pdf[place] ^= 0x01
    file = tmp_path / "certificate.pdf"
    file.write_bytes(pdf)
    assert "Digest Mismatch" in pdfsig(file)


def test_state_outlives_the_process(start_another: Callable[..., Any]) -> None:
    first = start_another()
    caller = first.caller()
    request = caller.request()
    number = caller.send(request).solicitud.numeroCertificado
    pdf, ca = caller.fetch(number).archivo.pdf, (first.state / "ca.pem").read_bytes()
    assert httpx.get(f"{first.url}/ca.pem", trust_env=False).content == ca
    first.process.kill()
    first.process.wait(5)
    second = start_another()
    assert second.caller().send(request).solicitud.numeroCertificado == number
    assert second.caller().fetch(number).archivo.pdf == pdf
    assert (second.state / "ca.pem").read_bytes() == ca
    assert (second.state / "signer.key").stat().st_mode & 0o077 == 0


def test_fast_hands_out_files_signed_beforehand_that_say_so(
    start_another: Callable[..., Any], pdfsig: Callable[[Path], str], tmp_path: Path
) -> None:
    caller = start_another("--fast").caller()
    number = caller.send(caller.request()).solicitud.numeroCertificado
    file = tmp_path / "pooled.pdf"
    file.write_bytes(caller.fetch(number).archivo.pdf)
    assert "Signature is Valid" in pdfsig(file)
    found = subprocess.run(["pdfinfo", str(file)], capture_output=True, text=True, timeout=10)
    assert "firmado por adelantado" in found.stdout


def test_a_taken_port_is_one_line_and_status_two(
    sandbox: Any, run_to_end: Callable[..., tuple[int, str]]
) -> None:
    status, words = run_to_end("--port", sandbox.url.rpartition(":")[2])
    assert status == 2
    assert words.count("\n") == 1
    assert "cannot be used" in words


def test_a_register_that_cannot_be_used_is_one_line_and_status_two(
    tmp_path: Path, run_to_end: Callable[..., tuple[int, str]]
) -> None:
    file = tmp_path / "people.toml"
    file.write_text("[[person]]\nnombre = 'X'\n")
    status, words = run_to_end("--port", "0", "--people", str(file))
    assert (status, words.count("\n")) == (2, 1)
    assert "nombre" in words
