"""Composed jobs, judged by an interpreter that shares no code with the composer."""

import io
from pathlib import Path

import pytest
from PIL import Image

from devices.errors import InvalidJob
from devices.escpos.composer import FILL, PIECE_BYTES, compose, compose_pieces
from devices.escpos.interpreter import (
    Bitmap,
    BlankCut,
    CountAsked,
    Interpreter,
    Line,
    Processed,
    Symbol,
    Ticket,
)
from devices.escpos.profiles import PrinterProfile, usable_profiles
from devices.escpos.protocol import mark_process
from devices.escpos.raster import MAX_PNG_BYTES, Raster, by_columns, by_rows, logo_raster
from devices.kinds.receipt_printer import Block, Cut, Feed, Logo, PrintJob, Qr, Rule, Text


def ticket_of(*blocks: Block, profile: str = "default") -> Ticket:
    [ticket] = Interpreter().feed(compose(PrintJob("j", (*blocks, Cut())), profile))
    assert isinstance(ticket, Ticket)
    return ticket


def printed(*blocks: Block, profile: str = "default") -> str:
    return ticket_of(*blocks, profile=profile).text


def png(width: int, height: int, mode: str = "1", colour: object = 0) -> bytes:
    out = io.BytesIO()
    Image.new(mode, (width, height), colour).save(out, "PNG")  # pyright: ignore[reportArgumentType]
    return out.getvalue()


def test_a_ticket_reads_as_it_was_written() -> None:
    text = printed(
        Text("Establecimiento", align="center"),
        Text("J-042", align="center", bold=True, width=4, height=4),
        Rule(),
        Text("Ñandú: ÁÉÍÓÚ áéíóú ¿qué? € 12"),
        Qr("https://turnos.example/t/1?é"),
        Feed(2),
    )
    lines = [line.strip() for line in text.splitlines() if line.strip()]
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


def test_a_character_the_page_lacks_becomes_the_nearest_it_has() -> None:
    assert printed(Text("Dvořák – “Łódź”")) == "Dvorák – “Lódz”\n"
    assert printed(Text("5 € – “así”…"), profile="T-1") == '5 EUR - "así"...\n'
    assert printed(Text("n\u0303 co\u00adsa")) == "ñ cosa\n"


def test_a_turn_ticket_is_small_with_a_native_code() -> None:
    lines = tuple(Text("Línea de texto de un turno, con eñes", align="center") for _ in range(8))
    slip = (Text("INPE", align="center", bold=True, width=2, height=2), *lines, Rule())
    data = compose(PrintJob("j", (*slip, Qr("https://turnos.example/t/0123456789"), Cut())))
    assert len(data) <= 1500


def test_a_native_code_has_the_size_and_level_we_asked_for() -> None:
    [symbol] = [item for item in ticket_of(Qr("hola")).items if isinstance(item, Symbol)]
    assert symbol == Symbol(b"hola", 6, "M", "center")
    dense = ticket_of(Qr("x" * 400), profile="RP-F10-58mm")
    [symbol] = [item for item in dense.items if isinstance(item, Symbol)]
    assert symbol.module_dots * 77 <= 432


def test_a_code_too_dense_for_its_paper_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(InvalidJob, match="too dense"):
        compose(PrintJob("j", (Qr("x" * 1024),)), "OCD-100")


@pytest.mark.parametrize("profile", ["default", "TH230", "KPM150", "ZJ-5870"])
def test_a_job_is_cut_into_pieces_between_commands(profile: str) -> None:
    blocks = (Logo(png(400, 500)), *[Text("Línea ñ " * 4)] * 80, Qr("x" * 300), Cut())
    job = PrintJob("j", blocks)
    pieces = compose_pieces(job, profile)
    assert len(pieces) > 5
    assert max(len(piece.data) for piece in pieces) <= PIECE_BYTES + 100
    assert max(len(piece.data) for piece in pieces) <= len(FILL) + 100
    assert sum(piece.cuts for piece in pieces) == pieces[-1].cuts
    assert pieces[-1].cuts == (0 if profile == "ZJ-5870" else 1)
    for piece in pieces:  # each alone leaves no command open: what follows is understood
        assert Interpreter().feed(piece.data + mark_process(7))[-1] == Processed(b"0007")


def test_each_piece_sets_its_code_page() -> None:
    job = PrintJob("j", (*[Text("Línea ñ " * 4)] * 80, Cut()))
    for piece in compose_pieces(job)[1:]:
        ticket = Interpreter().feed(piece.data + b"\x1bi")[0]
        assert isinstance(ticket, Ticket)
        assert "Línea ñ" in ticket.text


def dots(width: int, height: int) -> Raster:
    """A pattern without symmetry."""
    size = -(-width // 8)
    last = 0xFF << (8 * size - width) & 0xFF
    rows = [bytes((x * 37 + y * 91 + x * y) & 0xFF for x in range(size)) for y in range(height)]
    return Raster(width, tuple(row[:-1] + bytes([row[-1] & last]) for row in rows))


@pytest.mark.parametrize(("width", "height"), [(1, 1), (8, 24), (13, 25), (576, 70), (300, 48)])
def test_dots_arrive_as_they_were_by_rows_and_by_columns(width: int, height: int) -> None:
    raster = dots(width, height)
    for commands in (by_rows(raster), by_columns(raster)):
        [ticket] = Interpreter().feed(b"".join(commands) + b"\x1bi")
        assert isinstance(ticket, Ticket)
        bands = [item for item in ticket.items if isinstance(item, Bitmap)]
        rows = [row for band in bands for row in band.rows]
        assert tuple(rows[:height]) == raster.rows
        assert not any(any(row) for row in rows[height:])


def test_a_logo_is_black_where_it_is_dark_and_white_where_it_is_clear() -> None:
    assert set(logo_raster(png(10, 2), 576).rows) == {b"\xff\xc0"}
    assert set(logo_raster(png(10, 2, "1", 1), 576).rows) == {b"\x00\x00"}
    assert set(logo_raster(png(8, 2, "RGBA", (0, 0, 0, 0)), 576).rows) == {b"\x00"}
    assert set(logo_raster(png(8, 2, "L", 100), 576).rows) == {b"\xff"}


def test_a_logo_wider_than_the_paper_is_shrunk_to_it() -> None:
    raster = logo_raster(png(2000, 400), 576)
    assert (raster.width, len(raster.rows)) == (576, 115)
    items = ticket_of(Logo(png(2000, 40)), profile="NT-80-V-UL").items
    assert {item.width for item in items if isinstance(item, Bitmap)} == {576}


def test_a_logo_is_read_from_a_file_too(tmp_path: Path) -> None:
    path = tmp_path / "logo.png"
    path.write_bytes(png(16, 8))
    assert "[image 16x8]" in printed(Logo(path, align="left"))


@pytest.mark.parametrize(
    "image",
    [
        b"",
        b"no picture",
        png(16, 8)[:40],
        png(3000, 3000),
        png(8, 5000),
        b"x" * (MAX_PNG_BYTES + 1),
        Path("/dev/none/logo.png"),
        Path("/dev/zero"),
    ],
    ids=["empty", "text", "cut", "huge", "long", "heavy", "missing", "endless"],
)
def test_a_logo_that_cannot_be_printed_is_refused_before_anything_is_sent(
    image: bytes | Path,
) -> None:
    with pytest.raises(InvalidJob, match="has a logo"):
        compose(PrintJob("j", (Logo(image), Cut())))


def test_a_long_line_goes_on_below_as_on_paper() -> None:
    lines = printed(Text("a" * 50), Text("b" * 25, width=2)).splitlines()
    assert [len(line) for line in lines] == [42, 8, 21, 4]


def test_the_interpreter_knows_what_hangs_from_the_printer_after_a_power_cut() -> None:
    interpreter = Interpreter()
    interpreter.feed(b"\x1b@\x1bt\x10uno \xf1\ndos")
    interpreter.lose_power()
    [ticket] = interpreter.feed(b"tres \xa4\n\x1bi")
    assert isinstance(ticket, Ticket)
    assert ticket.text == "uno ñ\ntres ñ\n"  # CP437 again, and the unprinted "dos" is lost


def test_a_cut_of_blank_paper_and_a_question_for_counters_are_no_tickets() -> None:
    outcomes = Interpreter().feed(b"\x1b@\x1bd\x05\x1dVB\x00\x1d\xe2\x1d\xe5")
    assert outcomes == [BlankCut(), CountAsked("cuts"), CountAsked("on")]


def test_every_usable_profile_can_be_composed_for() -> None:
    for name in usable_profiles():
        profile = PrinterProfile(name)
        assert profile.dots % 8 == 0
        assert compose(PrintJob("j", (Text("ñ"), Rule(), Cut())), name)


def test_bold_and_size_are_as_asked() -> None:
    [line] = [
        item
        for item in ticket_of(Text("J", align="right", bold=True, width=3, height=4)).items
        if isinstance(item, Line) and item.text
    ]
    assert line == Line("J", "right", 3, 4, bold=True)
