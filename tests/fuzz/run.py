"""One run: replies mutated, asked for, judged; what it found and what it cost."""

import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from queue_server.issuance.adapters.soap import SoapBackend
from queue_server.issuance.adapters.soap_transport import HttpReply
from tests.fuzz.bait import CANARY
from tests.fuzz.corpus import Canned, Sample
from tests.fuzz.judge import wrong_with
from tests.fuzz.kitchen import Bait, Kitchen
from tests.fuzz.mutations import mutate
from tests.integration.issuance_adapters.conftest import settings
from tests.integration.issuance_adapters.raw_server import Connection, RawServer, http
from tests.integration.issuance_adapters.replies import word

SEED = 2026
KEPT = Path(__file__).resolve().parents[2] / "var" / "fuzz"
TELL_EVERY = 5_000
LONGEST_S = 1.0
LARGEST_PARSE_MB = 64.0
LARGEST_GROWTH_MB = 50.0
WARM = 1_000  # replies after which memory is counted
CHARSETS = (None, None, None, None, "utf-8", "iso-8859-1", "us-ascii", "no-such")


@dataclass
class Findings:
    """What a run found. Bad ones are named `index: what`, their replies kept in `var/fuzz`."""

    replies: int = 0
    crashes: list[str] = field(default_factory=list)
    lies: list[str] = field(default_factory=list)
    slow: list[str] = field(default_factory=list)
    heavy: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    slowest_s: float = 0.0
    largest_parse_mb: float = 0.0
    growth_mb: float = 0.0
    seconds: float = 0.0

    def bad(self) -> list[str]:
        """Everything that must not be."""
        return [*self.crashes, *self.lies, *self.slow, *self.heavy]

    def note(
        self, index: int, sample: Sample, content: bytes, answer: object, took_s: float
    ) -> None:
        """One more reply was answered."""
        self.replies += 1
        self.answers[f"{sample.operation} {word(answer)}"] += 1
        if wrong := wrong_with(sample, content, answer, CANARY):
            self.lies.append(keep(index, content, wrong))
        self.slowest_s = max(self.slowest_s, took_s)
        if took_s > LONGEST_S:
            self.slow.append(keep(index, content, f"{took_s:.2f} s"))

    def crash(self, index: int, content: bytes, error: Exception) -> None:
        """One raised."""
        self.replies += 1
        self.crashes.append(keep(index, content, f"{type(error).__name__}: {error}"[:200]))

    def weighed(self, index: int, content: bytes, megabytes: float) -> None:
        """One needed this much more memory than before it."""
        self.largest_parse_mb = max(self.largest_parse_mb, megabytes)
        if megabytes > LARGEST_PARSE_MB:
            self.heavy.append(keep(index, content, f"{megabytes:.0f} MB"))


def keep(index: int, content: bytes, what: str) -> str:
    """Write a reply down for whoever mends it; how it is told."""
    KEPT.mkdir(parents=True, exist_ok=True)
    (KEPT / f"{index}.xml").write_bytes(content)
    return f"reply {index} (kept in {KEPT / f'{index}.xml'}): {what}"


def made(index: int, samples: Sequence[Sample], kitchen: Kitchen) -> tuple[Sample, bytes]:
    """The mutated reply of this number: the same every time for the same samples."""
    chance = random.Random(f"{SEED}:{index}")
    sample = chance.choice(samples)
    return sample, mutate(sample.content, chance, kitchen)


def in_process(count: int, samples: Sequence[Sample], bait: Bait) -> Findings:
    """`count` replies straight behind the transport, where everything else is the product's."""
    findings, memory = Findings(), Memory()
    kitchen = Kitchen([each.content for each in samples], bait)
    client = SoapBackend(settings("http://127.0.0.1:1/"))
    transport = Canned("http://127.0.0.1:1/", None, 1.0, 1.0)
    client._transport = transport
    began, warm_mb = time.monotonic(), 0.0
    for index in range(count):
        sample, content = made(index, samples, kitchen)
        charset = random.Random(index).choice(CHARSETS)
        transport.reply = HttpReply(500 if index % 50 == 0 else 200, content, charset)
        memory.mark()
        started = time.thread_time()
        try:
            answer = sample.ask(client)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
            findings.crash(index, content, error)
            continue
        findings.note(index, sample, content, answer, time.thread_time() - started)
        findings.weighed(index, content, memory.peak_mb())
        if index == WARM:
            warm_mb = memory.now_mb()
        _tell(index, count, findings)
    findings.growth_mb = memory.now_mb() - (warm_mb or memory.now_mb())
    findings.seconds = time.monotonic() - began
    return findings


def over_http(first: int, count: int, samples: Sequence[Sample], bait: Bait) -> Findings:
    """`count` replies over real sockets, their HTTP mutated too; numbers begin at `first`."""
    findings = Findings()
    kitchen = Kitchen([each.content for each in samples], bait)
    began = time.monotonic()
    with _speaking() as speaker:
        client = SoapBackend(settings(speaker.url))
        for index in range(first, first + count):
            sample, content = made(index, samples, kitchen)
            speaker.says, speaker.closes = _as_http(content, random.Random(index))
            try:
                answer = sample.ask(client)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
                findings.crash(index, content, error)
                continue
            findings.note(index, sample, content, answer, 0.0)
        client.close()
    findings.seconds = time.monotonic() - began
    return findings


class _Speaker:
    """Sends the same bytes to every question until told others."""

    def __init__(self) -> None:
        self.says, self.closes = b"", False
        self.url = ""

    def play(self, connection: Connection) -> None:
        while connection.request():
            connection.send(self.says)
            if self.closes:
                return


@contextmanager
def _speaking() -> Iterator[_Speaker]:
    speaker = _Speaker()
    with RawServer(speaker.play) as server:
        speaker.url = server.url
        yield speaker


def _as_http(content: bytes, chance: random.Random) -> tuple[bytes, bool]:
    """A response around `content`, and whether the connection ends after it."""
    whole = http(content)
    head, body = whole[: -len(content) or None], content
    match chance.randrange(10):
        case 0:
            kind = chance.choice(("text/html", "application/xml", "text/xml; charset=iso-8859-1"))
            return http(content, kind=kind), False
        case 1:
            status = chance.choice(("500 No", "502 No", "204 No Content", "301 Moved", "999 ?"))
            return http(content, status), True
        case 2:
            return whole[: chance.randrange(len(whole))], True
        case 3:
            return head.replace(b"Content-Length: ", b"Content-Length: 9") + body, True
        case 4:
            return head.replace(b"Content-Length: ", b"X: ") + body, True
        case 5:
            chunks = b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n"
            chunked = head.replace(b"Content-Length: ", b"Transfer-Encoding: chunked\r\nX: ")
            return chunked + chunks[
                : chance.choice((len(chunks), chance.randrange(len(chunks))))
            ], True
        case 6:
            place = chance.randrange(len(head))
            return head[:place] + chance.randbytes(3) + head[place:] + body, True
        case _:
            return whole, False


def _tell(index: int, count: int, findings: Findings) -> None:
    done = index + 1
    if count > TELL_EVERY and (done % TELL_EVERY == 0 or done == count):
        words = f"{done} of {count} replies, {len(findings.bad())} bad"
        print(words, file=sys.stderr, flush=True)


class Memory:
    """How much of this process is in memory, and its peak since the last mark."""

    def __init__(self) -> None:
        self._reset = os.open("/proc/self/clear_refs", os.O_WRONLY)
        self._status = os.open("/proc/self/status", os.O_RDONLY)
        self._before_mb = 0.0

    def mark(self) -> None:
        """Peaks count from now on."""
        os.pwrite(self._reset, b"5", 0)
        self._before_mb = self.now_mb()

    def now_mb(self) -> float:
        """In memory now."""
        return self._read(b"VmRSS:")

    def peak_mb(self) -> float:
        """The most since the mark, beyond what there was then."""
        return self._read(b"VmHWM:") - self._before_mb

    def _read(self, name: bytes) -> float:
        text = os.pread(self._status, 4096, 0)
        place = text.index(name) + len(name)
        return int(text[place : text.index(b"kB", place)]) / 1024
