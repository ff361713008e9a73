"""The kiosk's own process, drawn offscreen: headphones go in, and the player gets the screen."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.navigation_keypad.simulator import KeypadSimulator
from kiosk.chime import tone
from kiosk.speech.sound import Sound
from kiosk.speech.synthesiser import Espeak
from kiosk.speech.talker import USUAL_VOLUME
from kiosk.staff.combination import KEYS, REST_S
from tests.support.site import REPOSITORY, free_port

DEADLINE_S = 60.0
CLOSED = "Este equipo no puede atender ahora"
PLAYER = """\
#!{python}
import os, sys
device = sys.argv[sys.argv.index("-D") + 1]
wav = sys.stdin.buffer.read()
name = f"{{os.getpid():08d}}-{{device}}.wav"
with open(os.path.join({folder!r}, "." + name), "wb") as file:
    file.write(wav)
os.rename(os.path.join({folder!r}, "." + name), os.path.join({folder!r}, name))
"""


@pytest.fixture
def pad(tmp_path: Path) -> Iterator[KeypadSimulator]:
    simulator = KeypadSimulator(tmp_path / "event0", seed=3)
    simulator.start()
    yield simulator
    simulator.stop()


@pytest.fixture
def played(tmp_path: Path, pad: KeypadSimulator) -> Iterator[Path]:
    """A kiosk without a server, and the folder in which its player leaves what it was given."""
    folder, programs = tmp_path / "played", tmp_path / "programs"
    folder.mkdir()
    programs.mkdir()
    player = programs / "aplay"
    player.write_text(PLAYER.format(python=sys.executable, folder=str(folder)))
    player.chmod(0o755)
    (tmp_path / "credential").write_text("nobody")
    (tmp_path / "kiosk.toml").write_text(
        f"""\
code = "A01"
[server]
url = "http://127.0.0.1:{free_port()}"
credential_file = "credential"
[discovery]
enabled = false
[speech]
loudspeaker = "hall"
headphones = "jack"
[[devices]]
name = "keypad"
model = "navigation-keypad"
port = "{pad.port}"
"""
    )
    kiosk = subprocess.Popen(
        [sys.executable, "-m", "kiosk", "--config", str(tmp_path / "kiosk.toml"), "--offscreen"],
        cwd=REPOSITORY,
        env={**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"},
        stderr=(tmp_path / "log").open("wb"),
    )
    yield folder
    kiosk.send_signal(signal.SIGTERM)
    assert kiosk.wait(DEADLINE_S) == 0, (tmp_path / "log").read_text()


@pytest.mark.thorough
def test_headphones_make_the_kiosk_say_its_screen_to_them_alone(
    pad: KeypadSimulator, played: Path
) -> None:
    pad.obey("jack in")
    until_heard(played, Espeak().render(CLOSED, "es-419").at_volume(USUAL_VOLUME))
    assert not list(played.glob("*-hall.wav"))


@pytest.mark.thorough
def test_the_tone_that_warns_is_heard_in_headphones_alone(
    pad: KeypadSimulator, played: Path
) -> None:
    """Nobody touches anything: the keypad opens the staff's code screen, which warns and goes."""
    pad.obey("jack in")
    until_heard(played, Espeak().render(CLOSED, "es-419").at_volume(USUAL_VOLUME))
    time.sleep(REST_S + 0.5)
    for key in KEYS:
        pad.obey(f"key {key}")
    until_heard(played, tone(), deadline_s=180.0)
    assert not list(played.glob("*-hall.wav"))


def until_heard(played: Path, wanted: Sound, deadline_s: float = DEADLINE_S) -> None:
    """Until it was given to the headphones' player. Raises AssertionError with what was."""
    ends = time.monotonic() + deadline_s
    heard: list[Sound] = []
    while wanted not in heard:
        assert time.monotonic() < ends, sorted(each.name for each in played.iterdir())
        time.sleep(0.1)
        heard = [Sound.of_wav(each.read_bytes()) for each in played.glob("*-jack.wav")]
