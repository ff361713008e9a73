"""Composed jobs, judged by an interpreter that shares no code with the composer."""

import pytest

from devices.errors import InvalidJob
from devices.escpos.composer import compose
from devices.escpos.interpreter import Interpreter, Processed, Ticket
from devices.escpos.protocol import mark_process
from devices.kinds.receipt_printer import Block, Cut, Feed, PrintJob, Qr, Rule, Text


def printed(*blocks: Block, profile: str = "default") -> str:
    [ticket] = Interpreter().feed(compose(PrintJob("j", (*blocks, Cut())), profile))
    assert isinstance(ticket, Ticket)
    return ticket.text


def test_a_ticket_reads_as_it_was_written() -> None:
    text = printed(
        Text("Establecimiento", align="center"),
        Text("J-042", align="center", bold=True, width=4, height=4),
        Rule(),
        Text("Ñandú: ÁÉÍÓÚ áéíóú ¿qué? € 12"),
        Qr("https://turnos.example/t/1?é"),
        Feed(2),
    )
    lines = [line.strip() for line in text.splitlines()]
    assert lines[:4] == ["Establecimiento", "J-042", "-" * 42, "Ñandú: ÁÉÍÓÚ áéíóú ¿qué? € 12"]
    assert lines[4] == "[QR: https://turnos.example/t/1?é]"


def test_the_code_page_is_set_once_and_never_changes_in_mid_line() -> None:
    data = compose(PrintJob("j", (Text("ÁÉÍÓÚ ñÑ"), Text("añO"), Cut())))
    assert data.count(b"\x1bt") == 1
    assert "ÁÉÍÓÚ ñÑ".encode("cp1252") in data


def test_settings_of_one_block_do_not_leak_into_the_next() -> None:
    text = printed(Text("A", align="right", width=2), Text("B"))
    assert text.splitlines() == [" " * 20 + "A", "B"]


def test_a_character_outside_the_code_page_becomes_a_question_mark() -> None:
    assert printed(Text("a日b")) == "a?b\n"


def test_a_profile_without_native_qr_gets_an_image() -> None:
    assert printed(Qr("hola"), profile="TH230").strip().startswith("[image ")


def test_a_profile_without_spanish_letters_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(InvalidJob, match="CP1252 or CP850"):
        compose(PrintJob("j", (Text("a"),)), "simple")


@pytest.mark.parametrize(
    "block",
    [Text("a\x1b@b"), Text("a", width=9), Text("a", height=0), Qr(""), Qr("x" * 2000), Feed(256)],
)
def test_a_block_no_printer_could_print_is_refused(block: Block) -> None:
    with pytest.raises(InvalidJob, match="nothing was printed"):
        compose(PrintJob("j", (block,)))


def test_the_interpreter_gives_the_same_tickets_whatever_the_portions() -> None:
    data = compose(PrintJob("j", (Text("uno"), Qr("q"), Cut(), Text("dos"), Cut())))
    data += mark_process(12)
    whole = Interpreter().feed(data)
    bytewise = Interpreter()
    assert [out for byte in data for out in bytewise.feed(bytes([byte]))] == whole
    assert [type(out) for out in whole] == [Ticket, Ticket, Processed]
    assert whole[-1] == Processed(b"0012")
