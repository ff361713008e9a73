"""Replies mutated by the thousand: always one answer of the closed set, never a lie, never a crash,
no file read, nobody called, in bounded memory and time.

`make fuzz` asks for 100,000 (`FUZZ_REPLIES`) and writes `var/bench/fuzz.json`.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import lxml.etree as etree
import pytest
import structlog

from queue_server.issuance.adapters import soap_answers, soap_xml
from queue_server.issuance.adapters.soap import SoapBackend
from queue_server.issuance.adapters.soap_transport import HttpReply
from queue_server.issuance.model import Issued, Unknown
from tests.fuzz.bait import CANARY, Trap, trap
from tests.fuzz.corpus import Canned, Sample, record
from tests.fuzz.judge import wrong_with
from tests.fuzz.run import (
    LARGEST_GROWTH_MB,
    LARGEST_PARSE_MB,
    Findings,
    in_process,
    over_http,
)
from tests.integration.issuance_adapters.conftest import SandboxProcess, settings
from tests.integration.issuance_adapters.replies import ASK, OURS, PAID, WHO, word

REPOSITORY = Path(__file__).resolve().parents[2]
SHORT, SHORT_HTTP = 2_000, 150
LONG = int(os.environ.get("FUZZ_REPLIES", "100000"))
LONG_HTTP = max(2_000, LONG // 50)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[Sample]:
    sandbox = SandboxProcess(tmp_path_factory.mktemp("sandbox"))
    try:
        return record(sandbox)
    finally:
        sandbox.close()


@pytest.fixture
def snare(tmp_path: Path) -> Iterator[Trap]:
    with trap(tmp_path) as made:
        yield made


@pytest.fixture(autouse=True)
def quiet() -> None:
    """A warning for each lost reply would be a hundred thousand lines."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))


def test_the_start_is_a_real_reply_to_every_operation(samples: list[Sample]) -> None:
    client, answers = canned(), set[str]()
    for sample in samples:
        client._transport.reply = HttpReply(200, sample.content)  # pyright: ignore[reportAttributeAccessIssue]
        answer = sample.ask(client)
        assert wrong_with(sample, sample.content, answer, CANARY) == ""
        answers.add(f"{sample.operation} {word(answer)}")
    assert {f"{operation} done" for operation in ASK} - answers == {"estadoServicio done"}
    assert b"verificarCertificadoResponse" in samples[-1].content
    assert len(answers) >= 15


def test_a_few_thousand_mutated_replies(samples: list[Sample], snare: Trap) -> None:
    check(run(SHORT, SHORT_HTTP, samples, snare), snare)


@pytest.mark.thorough
@pytest.mark.timeout(3600)
def test_a_hundred_thousand_mutated_replies(samples: list[Sample], snare: Trap) -> None:
    inside, outside = run(LONG, LONG_HTTP, samples, snare)
    report(inside, outside)
    check((inside, outside), snare)


def run(
    count: int, http_count: int, samples: list[Sample], snare: Trap
) -> tuple[Findings, Findings]:
    inside = in_process(count, samples, snare.bait)
    return inside, over_http(count, http_count, samples, snare.bait)


def check(found: tuple[Findings, Findings], snare: Trap) -> None:
    inside, outside = found
    assert inside.bad() + outside.bad() == []
    assert not snare.opened(), "a file was opened"
    assert not snare.called(), "somebody was called"
    assert inside.growth_mb <= LARGEST_GROWTH_MB
    kinds = {each.split(" ")[1].split(":")[0] for each in inside.answers}
    assert {"done", "refused", "later", "unknown", "in_review", "not_known"} <= kinds


def report(inside: Findings, outside: Findings) -> None:
    answers = dict(sorted((inside.answers + outside.answers).items()))
    figures = {
        "replies": inside.replies + outside.replies,
        "crashes": len(inside.bad()) + len(outside.bad()),
        "over_http": outside.replies,
        "slowest_s": round(inside.slowest_s, 3),
        "largest_parse_mb": round(inside.largest_parse_mb, 1),
        "rss_growth_mb": round(inside.growth_mb, 1),
        "seconds": round(inside.seconds + outside.seconds, 1),
        "answers": answers,
    }
    path = REPOSITORY / "var" / "bench" / "fuzz.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=1) + "\n")
    for name, value in figures.items():
        if name != "answers":
            print(f"{name:18}{value}")
    for name, times in answers.items():
        print(f"{times:9}  {name}")


def canned() -> SoapBackend:
    client = SoapBackend(settings("http://127.0.0.1:1/"))
    client._transport = Canned("http://127.0.0.1:1/", None, 1.0, 1.0)
    return client


# --- negative controls ----------------------------------------------------------------------------
def naive(content: bytes) -> etree._Element:
    """How a parser is often made: entities resolved, no limits."""
    parser = etree.XMLParser(resolve_entities=True, load_dtd=True, huge_tree=True, no_network=False)
    return etree.fromstring(content, parser)


def xxe(snare: Trap) -> bytes:
    return f'<!DOCTYPE x [<!ENTITY x SYSTEM "file://{snare.bait.file}">]><x>&x;</x>'.encode()


@pytest.mark.negative_control
def test_a_parser_that_resolves_entities_reads_the_file_and_the_trap_notices(snare: Trap) -> None:
    assert not snare.opened()
    assert naive(xxe(snare)).text == CANARY
    assert snare.opened()
    with pytest.raises(soap_xml.XmlRefused):
        soap_xml.parse(xxe(snare))
    assert not snare.opened()


BOMB = b'<!DOCTYPE x [<!ENTITY a "%s">]><x>%s</x>' % (b"y" * 900, b"&a;" * 900)
TREE = b"<x>" + b"<y/>" * 1_000_000 + b"</x>"


@pytest.mark.negative_control
def test_a_parser_that_resolves_entities_lets_a_reply_grow_by_itself() -> None:
    assert len(naive(BOMB).text or "") > 200 * len(BOMB)
    with pytest.raises(soap_xml.XmlRefused):
        soap_xml.parse(BOMB)


@pytest.mark.negative_control
def test_a_parser_without_limits_needs_more_memory_than_a_reply_may() -> None:
    with pytest.raises(soap_xml.XmlRefused):
        soap_xml.parse(TREE)
    assert needed_mb("soap_xml.parse") <= LARGEST_PARSE_MB
    assert needed_mb("naive") > LARGEST_PARSE_MB


def needed_mb(parser: str) -> float:
    """What parsing `TREE` takes in a process of its own: a used one has room from before."""
    program = (
        "from contextlib import suppress\n"
        "from tests.fuzz.test_mutated_replies import TREE, naive, soap_xml\n"
        "from tests.fuzz.run import Memory\n"
        "memory = Memory(); memory.mark()\n"
        f"with suppress(soap_xml.XmlRefused): kept = {parser}(TREE)\n"
        "print(memory.peak_mb())"
    )
    words = [sys.executable, "-c", program]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60)
    return float(done.stdout)


@pytest.mark.negative_control
def test_the_judge_catches_a_client_that_believes_any_id_and_any_file(
    samples: list[Sample], monkeypatch: pytest.MonkeyPatch
) -> None:
    request = next(each for each in samples if b"EMITIDO" in each.content)
    lie = replace(request, ours=str(OURS))
    client = canned()
    client._transport.reply = HttpReply(200, request.content)  # pyright: ignore[reportAttributeAccessIssue]
    honest = client.request(OURS, WHO, PAID)
    assert honest == Unknown("another_application")
    monkeypatch.setattr(soap_answers, "_recorded", _believing)
    believed = client.request(OURS, WHO, PAID)
    assert isinstance(believed, Issued)
    assert wrong_with(lie, request.content, believed, CANARY) != ""


def _believing(reply: object, _: object) -> Issued:
    record = reply.solicitud  # type: ignore[attr-defined]
    return Issued(record.numeroCertificado, record.codigoVerificacion)
