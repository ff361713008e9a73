"""A sealed stream opens as it was, or not at all."""

import io
import random
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from queue_server.backup import sealing
from queue_server.backup.model import BackupFault, SealFault
from queue_server.backup.sealing import (
    CHUNK_BYTES,
    TAG_BYTES,
    SealedReader,
    SealedWriter,
    Secret,
    key_file,
    passphrase_file,
)

KEY = Secret(b"K", bytes(range(32)))
HEADER_BYTES = len(sealing.MARK) + 1 + sealing.SALT_BYTES
WHOLE_CHUNK = CHUNK_BYTES + TAG_BYTES


def sealed(data: bytes, secret: Secret = KEY) -> bytes:
    file = io.BytesIO()
    writer = SealedWriter(file, secret)
    for start in range(0, len(data), 70_000):
        writer.write(data[start : start + 70_000])
    writer.end()
    return file.getvalue()


def opened(file: bytes, secret: Secret = KEY) -> bytes:
    reader = SealedReader(io.BytesIO(file), secret)
    return b"".join(iter(lambda: reader.read(100_000), b""))


@pytest.mark.parametrize(
    "size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES]
)
def test_it_opens_as_it_was(size: int) -> None:
    data = random.Random(size).randbytes(size)
    assert opened(sealed(data)) == data


def test_every_flipped_byte_of_a_small_file_is_refused() -> None:
    file = sealed(b"ventanilla" * 20)
    for place in range(len(file)):
        altered = bytearray(file)
        altered[place] ^= 1 << place % 8
        with pytest.raises(SealFault):
            opened(bytes(altered))


def test_every_length_but_its_own_is_refused() -> None:
    file = sealed(b"ventanilla" * 20)
    for length in range(len(file)):
        with pytest.raises(SealFault):
            opened(file[:length])
    with pytest.raises(SealFault):
        opened(file + b"\0")


def _cut_between_chunks(file: bytes) -> bytes:
    return file[: HEADER_BYTES + 2 * WHOLE_CHUNK]


def _swapped(file: bytes) -> bytes:
    start, middle, end = (HEADER_BYTES + each * WHOLE_CHUNK for each in range(3))
    return file[:start] + file[middle:end] + file[start:middle] + file[end:]


def _repeated(file: bytes) -> bytes:
    end = HEADER_BYTES + WHOLE_CHUNK
    return file[:end] + file[HEADER_BYTES:]


def _left_out(file: bytes) -> bytes:
    return file[:HEADER_BYTES] + file[HEADER_BYTES + WHOLE_CHUNK :]


ATTACKS = [_cut_between_chunks, _swapped, _repeated, _left_out]


@pytest.mark.parametrize("attack", ATTACKS)
def test_whole_chunks_can_be_neither_moved_nor_taken_away(
    attack: Callable[[bytes], bytes],
) -> None:
    file = sealed(random.Random(1).randbytes(3 * CHUNK_BYTES + 5))
    with pytest.raises(SealFault):
        opened(attack(file))


@pytest.mark.negative_control
def test_without_the_last_chunk_s_mark_a_cut_file_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "_nonce", lambda number, **_: number.to_bytes(12, "big"))
    data = random.Random(1).randbytes(3 * CHUNK_BYTES + 5)
    assert opened(_cut_between_chunks(sealed(data))) == data[: 2 * CHUNK_BYTES]


def test_chunks_of_another_file_under_the_same_key_do_not_fit() -> None:
    one, other = (sealed(random.Random(seed).randbytes(2 * CHUNK_BYTES)) for seed in (1, 2))
    with pytest.raises(SealFault):
        opened(one[: HEADER_BYTES + WHOLE_CHUNK] + other[HEADER_BYTES + WHOLE_CHUNK :])


def test_another_key_and_another_kind_of_key_are_refused(tmp_path: Path) -> None:
    words = tmp_path / "words"
    words.write_text("cuatro palabras que nadie adivina\n")
    phrase = passphrase_file(words)
    assert opened(sealed(b"x", phrase), phrase) == b"x"
    with pytest.raises(SealFault, match="passphrase"):
        opened(sealed(b"x", phrase), KEY)
    with pytest.raises(SealFault):
        opened(sealed(b"x"), Secret(b"K", bytes(32)))


@pytest.mark.parametrize("text", ["", "zz" * 32, "00" * 31])
def test_a_key_file_that_is_none_says_so(tmp_path: Path, text: str) -> None:
    path = tmp_path / "backup.key"
    path.write_text(text)
    with pytest.raises(BackupFault, match=r"backup\.key"):
        key_file(path)
    with pytest.raises(BackupFault, match="20 characters"):
        passphrase_file(tmp_path / "backup.key") if len(text) < 20 else _short(tmp_path)


def _short(folder: Path) -> Secret:
    path = folder / "short"
    path.write_text("corta")
    return passphrase_file(path)


class _Nowhere(io.RawIOBase):
    """Takes everything and keeps nothing."""

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        return len(data)  # type: ignore[arg-type]


@pytest.fixture
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


@pytest.mark.usefixtures("traced")
def test_memory_does_not_grow_with_the_file() -> None:
    writer = SealedWriter(_Nowhere(), KEY)  # type: ignore[arg-type]
    piece = bytes(128 * 1024)
    for _ in range(256):  # 32 MiB
        writer.write(piece)
    writer.end()
    assert tracemalloc.get_traced_memory()[1] < 8 * CHUNK_BYTES
