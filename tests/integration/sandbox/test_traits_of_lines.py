"""Each fault as the sandbox emits it: lines cut, closed or slow, and replies damaged on them.

Also how faults are ordered: by marker, by rate, one by one.
"""

import gzip
import select
import socket
import time
from typing import Any

import pytest

from tests.integration.sandbox import raw
from tests.integration.sandbox.test_traits_of_replies import is_recorded, marked


@pytest.mark.parametrize(("name", "done"), [("lose_before", False), ("lose_reply", True)])
def test_a_line_is_cut_before_or_after_the_work(sandbox: Any, name: str, done: bool) -> None:
    id = raw.new_id()
    assert raw.unanswered(sandbox.url, raw.request(id, marked(name))) == b""
    assert is_recorded(sandbox, id) == done


def test_a_line_may_be_cut_by_a_reset(sandbox: Any) -> None:
    with pytest.raises(ConnectionResetError):
        raw.unanswered(sandbox.url, raw.health(marked("lose_reply:reset=true")))


def test_a_kept_line_is_closed_when_it_is_used_again(sandbox: Any) -> None:
    sandbox.control(fault="close_reused")
    line, id = raw.Line(sandbox.url), raw.new_id()
    line.say(raw.health(), last=False)
    assert "connection" not in line.one_reply().headers
    line.say(raw.request(id), last=False)
    assert line.everything() == b""
    sandbox.control(fault="none")
    assert not is_recorded(sandbox, id)


def test_a_kept_line_is_closed_without_a_word(sandbox: Any) -> None:
    line = raw.Line(sandbox.url)
    line.say(raw.health(marked("close_idle")), last=False)
    seen = line.one_reply()
    assert seen.code == "0000"
    assert "connection" not in seen.headers
    assert line.everything() == b""


def test_a_kept_line_serves_again_when_nothing_is_armed(sandbox: Any) -> None:
    line = raw.Line(sandbox.url)
    for _ in range(3):
        line.say(raw.health(), last=False)
        assert line.one_reply().code == "0000"
    line.close()


def test_down_by_marker_is_a_page_too(sandbox: Any) -> None:
    assert raw.ask(sandbox.url, raw.health(marked("down"))).status == 503


def test_slow_by_marker_waits(sandbox: Any) -> None:
    start = time.monotonic()
    assert raw.ask(sandbox.url, raw.health(marked("slow:seconds=0.2"))).code == "0000"
    assert time.monotonic() - start >= 0.2


def test_half_a_body_with_a_length_that_agrees(sandbox: Any) -> None:
    seen = raw.ask(sandbox.url, raw.health(marked("truncated")))
    assert int(seen.headers["content-length"]) == len(seen.body)
    assert b"</soap:Envelope>" not in seen.body


def test_half_a_body_with_the_length_of_the_whole(sandbox: Any) -> None:
    line = raw.Line(sandbox.url)
    line.say(raw.health(marked("short_body")), last=False)
    seen = raw.parsed(line.everything())
    assert int(seen.headers["content-length"]) >= 2 * len(seen.body) > 0
    assert "connection" not in seen.headers


def test_bytes_come_one_by_one_until_the_caller_hangs_up(sandbox: Any) -> None:
    line = raw.Line(sandbox.url)
    start = time.monotonic()
    line.say(raw.health(marked("drip:seconds=0.1:head=true")))
    received = [line.socket.recv(65536) for _ in range(10)]
    assert b"".join(received).startswith(b"HTTP/1.1 2")
    assert all(len(piece) <= 9 for piece in received), "a busy reader finds some together"
    assert time.monotonic() - start >= 0.75
    line.close()
    assert raw.ask(sandbox.url, raw.health()).code == "0000"


def test_a_body_may_drip_after_a_whole_head(sandbox: Any) -> None:
    line = raw.Line(sandbox.url)
    line.say(raw.health(marked("drip:seconds=5")))
    received = line.socket.recv(65536)
    received += b"" if b"\r\n\r\n" in received else line.socket.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    assert b"Content-Length" in head
    assert len(body) <= 1
    assert not select.select([line.socket], [], [], 0.1)[0] or len(line.socket.recv(9)) == 1
    line.close()


def test_the_type_may_be_of_something_else(sandbox: Any) -> None:
    seen = raw.ask(sandbox.url, raw.health(marked("wrong_type")))
    assert seen.headers["content-type"] == "application/json"
    assert seen.code == "0000"
    assert (
        "content-type" not in raw.ask(sandbox.url, raw.health(marked("wrong_type:type="))).headers
    )


def test_a_reply_may_be_compressed_unasked(sandbox: Any) -> None:
    seen = raw.ask(sandbox.url, raw.health(marked("gzip")))
    assert seen.headers["content-encoding"] == "gzip"
    assert b"OPERATIVO" in gzip.decompress(seen.body)


def test_a_reply_may_come_in_chunks(sandbox: Any) -> None:
    seen = raw.ask(sandbox.url, raw.health(marked("chunked")))
    assert seen.headers["transfer-encoding"] == "chunked"
    assert "content-length" not in seen.headers
    content = raw.health(marked("chunked"))
    whole = sandbox.post(content)
    assert "OPERATIVO" in whole.text


@pytest.mark.parametrize("announced", ["true", "false"])
def test_a_reply_may_be_far_too_large(sandbox: Any, announced: str) -> None:
    asked = raw.health(marked(f"oversized:bytes=3000000:announced={announced}"))
    seen = raw.ask(sandbox.url, asked)
    assert len(seen.body) > 3_000_000
    assert seen.body.endswith(
        b"</x:relleno></e:estadoServicioResponse></soap:Body></soap:Envelope>"
    )
    assert ("content-length" in seen.headers) == (announced == "true")


def test_a_caller_that_hangs_up_in_the_middle_harms_nobody(sandbox: Any) -> None:
    line = raw.Line(sandbox.url)
    line.say(raw.health(marked("oversized:bytes=50000000")))
    line.socket.recv(1000)
    line.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    line.close()
    assert raw.ask(sandbox.url, raw.health()).code == "0000"


# --- how faults are ordered ---------------------------------------------------------------------
def test_markers_of_one_call_act_together_and_on_no_other(sandbox: Any) -> None:
    both = raw.health("K01;fallo=gzip;fallo=envelope:style=unknown")
    assert b"mesaDePartes" in gzip.decompress(raw.ask(sandbox.url, both).body)
    assert raw.ask(sandbox.url, raw.health()).code == "0000"


@pytest.mark.parametrize(
    ("marker", "reason"),
    [
        ("no_such", "one of"),
        ("slow", "slow needs seconds"),
        ("slow:seconds=x", "seconds is between"),
        ("gzip:level=9", "does not take level"),
        ("redirect:status=200", "status is one of"),
        ("oversized:bytes=0", "whole number from 1"),
        ("html_200:work=no", "true or false"),
    ],
)
def test_a_marker_that_is_not_understood_is_a_fault_of_the_caller(
    sandbox: Any, marker: str, reason: str
) -> None:
    seen = raw.ask(sandbox.url, raw.health(marked(marker)))
    assert seen.status == 500
    assert "soap:Client" in seen.text
    assert reason in seen.text


def fate(sandbox: Any, count: int) -> list[bool]:
    """Of so many requests, which were cut; none of those is recorded."""
    ids = [raw.new_id() for _ in range(count)]
    cut = [not raw.unanswered(sandbox.url, raw.request(id)) for id in ids]
    known = sandbox.summary()["requests"]
    assert [id in known for id in ids] == [not lost for lost in cut]
    return cut


def test_a_rate_cuts_some_and_the_same_seed_the_same_ones(sandbox: Any) -> None:
    order = {"fault": "lose_before", "operation": "solicitarCertificado", "rate": 0.3}
    assert sandbox.control(**order, seed=11).status_code == 200
    first = fate(sandbox, 40)
    assert 0 < sum(first) < 40
    sandbox.control(**order, seed=11)
    assert fate(sandbox, 40) == first
    sandbox.control(**order, seed=12)
    assert fate(sandbox, 40) != first


def test_a_rate_and_a_number_of_times_go_together(sandbox: Any) -> None:
    sandbox.control(fault="lose_before", rate=0.5, times=3, seed=1)
    assert sum(fate(sandbox, 20)) == 3
    assert not sandbox.armed()


def test_what_is_armed_and_what_has_happened_are_told(sandbox: Any) -> None:
    before = sandbox.control(fault="none").json()["fired"].get("quota", 0)
    sandbox.control(fault="quota", operation="estadoServicio")
    sandbox.control(fault="gzip", operation="consultarSolicitud", rate=0.5)
    raw.ask(sandbox.url, raw.health())
    told = sandbox.http.get(f"{sandbox.url}/control").json()
    assert {fault["name"] for fault in told["armed"]} == {"quota", "gzip"}
    assert told["fired"]["quota"] == before + 1
    left = sandbox.control(clear="quota").json()["armed"]
    assert [fault["name"] for fault in left] == ["gzip"]


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ({"fault": "gzip", "rate": 0}, "rate is above 0"),
        ({"fault": "gzip", "rate": 1.1}, "rate is above 0"),
        ({"fault": "gzip", "rate": True}, "rate is above 0"),
        ({"fault": "gzip", "seed": "x"}, "seed is a whole number"),
        ({"fault": "gzip", "times": 0}, "times is a whole number from 1"),
        ({"fault": "dialect"}, "needs style"),
        ({"fault": "down", "operation": "estadoServicio"}, "does not take operation"),
    ],
)
def test_an_order_with_a_wrong_value_says_which(
    sandbox: Any, order: dict[str, Any], reason: str
) -> None:
    answer = sandbox.control(**order)
    assert (answer.status_code, reason in answer.json()["error"]) == (400, True)


@pytest.mark.negative_control
def test_a_well_behaved_sandbox_shows_none_of_it(sandbox: Any) -> None:
    id = raw.new_id()
    seen = raw.ask(sandbox.url, raw.request(id))
    assert (seen.status, seen.code, seen.field("idSolicitud")) == (200, "0000", id)
    assert int(seen.headers["content-length"]) == len(seen.body)
    assert set(seen.headers) == {"server", "date", "content-type", "content-length", "connection"}
    assert not set(fate(sandbox, 5)) - {False}
