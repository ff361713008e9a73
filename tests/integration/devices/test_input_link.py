"""Links to Linux input devices: a pipe as tests have it, and what a kernel would answer."""

import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.errors import LinkLost, LinkNotFound, LinkRefused
from devices.input_events import EV_KEY, packet_bytes
from devices.input_link import (
    EVIOCGBIT_SW_2,
    EVIOCGRAB,
    EVIOCGSW_2,
    EVIOCSCLOCKID,
    NOT_GRABBED,
    InputLink,
    open_input,
)

TYPED = packet_bytes(1, (EV_KEY, 30, 1))


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "event0"
    os.mkfifo(path)
    return path


@pytest.fixture
def link(pipe: Path) -> Iterator[InputLink]:
    opened = open_input(str(pipe))
    yield opened
    opened.close()


class Kernel:
    """Answers requests as an input device's driver would."""

    def __init__(self, answers: dict[int, object]) -> None:
        self.answers = answers
        self.asked: list[int] = []

    def __call__(self, _fd: int, request: int, argument: Any = 0) -> int:
        self.asked.append(request)
        answer = self.answers.get(request, 0)
        if isinstance(answer, OSError):
            raise answer
        if isinstance(answer, bytes):
            argument[:] = answer
        return 0


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Kernel:
    made = Kernel({})
    monkeypatch.setattr(fcntl, "ioctl", made)
    return made


def test_records_pass_unchanged_and_silence_is_nothing(pipe: Path, link: InputLink) -> None:
    assert link.read(100, 0.01) == b""
    with pipe.open("wb", buffering=0) as device:
        device.write(TYPED)
        assert link.read(100, 5.0) == TYPED


def test_a_device_that_goes_away_is_a_lost_link(pipe: Path, link: InputLink) -> None:
    with pipe.open("wb"):
        pass
    with pytest.raises(LinkLost):
        link.read(100, 5.0)


def test_a_pipe_takes_no_grab_and_the_link_says_so(link: InputLink) -> None:
    assert link.grabbed is False
    assert link.note == NOT_GRABBED
    assert link.switch(2) is None


def test_nothing_typed_is_in_the_record_of_the_link(pipe: Path, link: InputLink) -> None:
    with pipe.open("wb", buffering=0) as device:
        device.write(TYPED)
        link.read(100, 5.0)
    [entry] = link.raw.entries()
    assert entry.length == len(TYPED)
    assert set(entry.shown) == {0}


def test_a_device_is_taken_alone_and_set_to_the_steady_clock(pipe: Path, kernel: Kernel) -> None:
    link = open_input(str(pipe))
    link.close()
    assert link.grabbed is True
    assert link.note == ""
    assert kernel.asked == [EVIOCSCLOCKID, EVIOCGRAB]


def test_a_device_is_left_to_others_where_that_is_configured(pipe: Path, kernel: Kernel) -> None:
    link = open_input(str(pipe), grab=False)
    link.close()
    assert link.grabbed is False
    assert EVIOCGRAB not in kernel.asked


def test_a_device_another_program_holds_is_refused_and_given_back(
    pipe: Path, kernel: Kernel
) -> None:
    kernel.answers[EVIOCGRAB] = OSError(errno.EBUSY, "Device or resource busy")
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(LinkRefused, match="end the other program"):
        open_input(str(pipe))
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize(("on", "state"), [(b"\x04\x00", True), (b"\x00\x00", False)])
def test_a_switch_is_asked_where_the_device_has_it(
    pipe: Path, kernel: Kernel, on: bytes, state: bool
) -> None:
    kernel.answers |= {EVIOCGBIT_SW_2: b"\x04\x00", EVIOCGSW_2: on}
    link = open_input(str(pipe))
    assert link.switch(2) is state
    assert link.switch(3) is None
    link.close()
    assert link.switch(2) is None or kernel.asked


def test_a_missing_device_is_told_from_one_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(LinkNotFound):
        open_input(str(tmp_path / "none"))
    plain = tmp_path / "file"
    plain.write_text("no device")
    with pytest.raises(LinkRefused, match="no input device"):
        open_input(str(plain))
    with pytest.raises(LinkRefused):
        open_input(str(tmp_path))
