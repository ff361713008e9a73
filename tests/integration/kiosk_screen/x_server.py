"""An X server without a screen, somebody at its mouse and keyboard, and what it really shows.

No window manager, as on a kiosk. The picture is the server's own frame buffer, which it keeps in a
file: nobody asks the program what it believes to show.
"""

import ctypes
import os
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from tests.support.nursery import end_with_parent

SIZE = (1080, 1920)
XDOTOOL_S = 30
_XWD_WORDS = 25
_COLOUR_BYTES = 12
_CLIENT_MESSAGE, _NO_EVENTS = 33, 0


class Display:
    """One running X server: `number` is what programs find in DISPLAY."""

    def __init__(self, number: str, folder: Path) -> None:
        self.number = number
        self._frame = folder / "Xvfb_screen0"

    def environment(self) -> dict[str, str]:
        """What a program needs to open its window here."""
        return {**os.environ, "DISPLAY": self.number}

    def do(self, *words: str) -> str:
        """Run one xdotool command; what it says. Raises AssertionError when it refuses."""
        done = subprocess.run(
            ["xdotool", *words],
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=XDOTOOL_S,
            check=False,
        )
        assert done.returncode == 0, f"xdotool {' '.join(words)}: {done.stderr}"
        return done.stdout.strip()

    def tap(self, x: int, y: int, *, button: int = 1, times: int = 1) -> None:
        """A finger on the glass, which X gives to programs as a mouse."""
        repeated = ("--repeat", str(times), "--delay", "15")
        self.do("mousemove", str(x), str(y), "click", *repeated, str(button))

    def press(self, *keys: str) -> None:
        """Keys as X names them, with what is held: `F1`, `ctrl+alt+Delete`."""
        self.do("key", "--delay", "20", *keys)

    def windows(self) -> list[str]:
        """The windows that can be seen, the root aside."""
        seen = ("search", "--onlyvisible", "--class", "--maxdepth")
        root = self.do(*seen, "0", ".*").splitlines()
        return [each for each in self.do(*seen, "1", ".*").splitlines() if each not in root]

    def place(self, window: str) -> tuple[int, int, int, int]:
        """Left, top, width and height of a window."""
        said = self.do("getwindowgeometry", "--shell", window)
        told = dict(line.split("=", 1) for line in said.splitlines())
        return (int(told["X"]), int(told["Y"]), int(told["WIDTH"]), int(told["HEIGHT"]))

    def picture(self) -> Image.Image:
        """What the server shows now."""
        return read_xwd(self._frame.read_bytes())

    def ask_to_close(self, window: str) -> None:
        """What a window manager sends when somebody touches the cross of a window."""
        x = ctypes.CDLL("libX11.so.6")
        x.XOpenDisplay.restype = ctypes.c_void_p
        x.XInternAtom.restype = ctypes.c_ulong
        display = ctypes.c_void_p(x.XOpenDisplay(self.number.encode()))
        assert display.value, f"no display {self.number}"
        atoms = [x.XInternAtom(display, name, 0) for name in (b"WM_PROTOCOLS", b"WM_DELETE_WINDOW")]
        message = _ClientMessage(
            type=_CLIENT_MESSAGE, window=int(window), message_type=atoms[0], format=32
        )
        message.data[0] = atoms[1]
        x.XSendEvent(
            display,
            ctypes.c_ulong(int(window)),
            0,
            ctypes.c_long(_NO_EVENTS),
            ctypes.byref(message),
        )
        x.XSync(display, 0)
        x.XCloseDisplay(display)


class _ClientMessage(ctypes.Structure):
    """XClientMessageEvent of Xlib.h, and the room of the longest XEvent behind it."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
        ("message_type", ctypes.c_ulong),
        ("format", ctypes.c_int),
        ("data", ctypes.c_long * 5),
        ("room", ctypes.c_long * 24),
    )


def read_xwd(raw: bytes) -> Image.Image:
    """The picture in an X window dump (XWDFile.h): 32 bits a pixel, the least byte first."""
    words = struct.unpack(f">{_XWD_WORDS}I", raw[: 4 * _XWD_WORDS])
    header, width, height, line, colours = words[0], words[4], words[5], words[12], words[19]
    begins = header + _COLOUR_BYTES * colours
    pixels = raw[begins : begins + line * height]
    return Image.frombytes("RGB", (width, height), pixels, "raw", "BGRX", line)


@contextmanager
def x_server(folder: Path, size: tuple[int, int] = SIZE) -> Iterator[Display]:
    """An X server on a display nobody uses; it ends with the block."""
    reading, writing = os.pipe()
    depth = "x".join(map(str, (*size, 24)))
    words = ["Xvfb", "-displayfd", str(writing), "-screen", "0", depth, "-fbdir", str(folder)]
    with open(folder / "xvfb.log", "w") as log:
        server = subprocess.Popen(
            [*words, "-nolisten", "tcp", "-noreset"],
            pass_fds=[writing],
            stdout=log,
            stderr=log,
            preexec_fn=end_with_parent,
        )
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        assert number, (folder / "xvfb.log").read_text()
        yield Display(f":{number}", folder)
    finally:
        server.terminate()
        server.wait(10)
