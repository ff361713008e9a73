"""Both installers on a bare Debian 12: the server answers, the kiosk draws its first picture.

Skips loudly without root, debootstrap or a mirror. `DEBIAN_BASE` and `WHEELS` name what an earlier
run left, to save minutes.
"""

import os
import shutil
import signal
import socket
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.integration.install.chroot import LOCKS, Debian, missing, wheels_for
from tests.support.centre import eventually

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(1800)]
HARDENED = ("sh", "-c", 'umask 077; exec "$@"', "sh")  # whatever root's own mask is
OFFLINE = ("--wheels", "/srv/wheels", "--no-start")
SERVER = (*HARDENED, "/srv/ventanilla/deploy/install-server.sh", *OFFLINE)
KIOSK = (*HARDENED, "/srv/ventanilla/deploy/install-kiosk.sh", *OFFLINE)
FIRST_PICTURE_S = 90.0


@pytest.fixture(scope="module")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Debian]:
    why = missing()
    if why is not None:
        warnings.warn(f"the installers were not tried: {why}", stacklevel=1)
        pytest.skip(why)
    folder = tmp_path_factory.mktemp("debian")
    made = Debian(folder / "root")
    made.root.mkdir()
    made.make()
    made.give(wheels_for(LOCKS, folder / "wheels"))
    with made.mounted():
        yield made


@contextmanager
def started(debian: Debian, *words: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program inside, ended with the block."""
    named = [f"{name}={value}" for name, value in environment.items()]
    line = debian.words("env", *named, *words)
    with (debian.root / "tmp" / "said").open("wb") as said:
        process = subprocess.Popen(line, stdout=said, stderr=said, start_new_session=True)
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_the_server_is_installed_answers_and_goes_without_a_trace(debian: Debian) -> None:
    said = debian.run(*SERVER, "--site", "PRUEBA").stdout
    assert "good once and for 24 hours" in said
    state = debian.root / "var" / "lib" / "ventanilla"
    assert state.stat().st_mode & 0o077 == 0
    for name in ("keys/data.key", "keys/audit.key", "keys/backup.key", "tls/ca.key"):
        assert (state / name).stat().st_mode & 0o077 == 0
    again = debian.run(*SERVER, "--site", "PRUEBA").stdout
    assert "good once" in again, "nobody took the code yet"
    assert len(list((debian.root / "opt" / "ventanilla-releases").iterdir())) == 1
    unit = (debian.root / "etc/systemd/system/ventanilla-server.service").read_text()
    assert "User=ventanilla" in unit
    port = free_port()
    config = debian.root / "etc" / "ventanilla" / "server.toml"
    assert config.stat().st_mode & 0o777 == 0o640
    config.write_text(config.read_text().replace("port = 8080", f"port = {port}"))
    serve = ["/opt/ventanilla/.venv/bin/python", "-m", "queue_server"]
    serve += ["--config", "/etc/ventanilla/server.toml", "serve"]
    with started(debian, "runuser", "-u", "ventanilla", "--", *serve):
        trusted = str(state / "tls" / "ca.pem")
        eventually(lambda: answers(f"https://127.0.0.1:{port}/api/v1/health", trusted), 60)
        backup = ["--config", "/etc/ventanilla/server.toml", "backup", "--key"]
        backup += ["/var/lib/ventanilla/keys/backup.key", "/var/backups/ventanilla/one.backup"]
        debian.run("runuser", "-u", "ventanilla", "--", *serve[:3], *backup)
    kept = debian.run("/srv/ventanilla/deploy/install-server.sh", "--uninstall").stdout
    assert "kept" in kept
    assert (state / "ventanilla.db").exists()
    assert not (debian.root / "opt" / "ventanilla").is_symlink()
    debian.run("/srv/ventanilla/deploy/install-server.sh", "--uninstall", "--purge")
    for left in ("opt/ventanilla", "var/lib/ventanilla", "etc/ventanilla/server.toml"):
        assert not (debian.root / left).exists()
    assert "ventanilla" not in (debian.root / "etc" / "passwd").read_text()


def answers(url: str, authority: str) -> bool:
    """Whether a server is well there, under the site's own authority."""
    try:
        return httpx.get(url, verify=authority, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def test_the_kiosk_is_installed_and_draws_its_first_picture(debian: Debian) -> None:
    debian.run(*KIOSK, "--code", "A01", "--server", "https://127.0.0.1:8080")
    debian.run(*KIOSK)  # once more: nothing to do, nothing to ask
    config = debian.root / "etc" / "ventanilla" / "kiosk.toml"
    text = config.read_text()
    assert 'code = "A01"' in text
    assert 'url = "https://127.0.0.1:8080"' in text
    config.write_text(text.partition("[[devices]]")[0])  # no device is plugged in here
    assert (debian.root / "etc/udev/rules.d/70-ventanilla.rules").exists()
    assert (debian.root / "etc/X11/xorg.conf.d/10-ventanilla.conf").exists()
    ready = debian.root / "run" / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(ready))
        ready.chmod(0o777)
        manager.settimeout(FIRST_PICTURE_S)
        draw = ["/opt/ventanilla/.venv/bin/python", "-m", "kiosk", "--offscreen"]
        draw += ["--config", "/etc/ventanilla/kiosk.toml"]
        words = ("runuser", "-u", "kiosk", "--", *draw)
        with started(debian, *words, NOTIFY_SOCKET="/run/notify", HOME="/tmp"):
            heard = manager.recv(256)  # sent on the first frame
            while b"READY=1" not in heard:
                heard = manager.recv(256)
    debian.run("/srv/ventanilla/deploy/install-kiosk.sh", "--uninstall", "--purge")
    assert not (debian.root / "var" / "lib" / "ventanilla-kiosk").exists()


def test_another_system_is_refused_and_a_dry_run_changes_nothing(debian: Debian) -> None:
    release = debian.root / "etc" / "os-release"
    text = release.read_text()  # through the link, in the chroot's own /usr
    before = listing(debian.root / "etc")
    dry = debian.run(*SERVER, "--site", "PRUEBA", "--dry-run").stdout
    assert "would: " in dry
    assert listing(debian.root / "etc") == before
    real = debian.root / "usr" / "lib" / "os-release"
    real.write_text(text.replace('VERSION_ID="12"', 'VERSION_ID="11"'))
    try:
        refused = debian.run(*SERVER, "--site", "PRUEBA", check=False)
    finally:
        real.write_text(text)
    assert refused.returncode != 0
    assert "not Debian 12" in refused.stderr
    wrong = debian.run(*SERVER, "--site", "dos palabras", check=False)
    assert "capitals" in wrong.stderr


@pytest.mark.negative_control
def test_a_package_that_is_not_the_locked_one_is_refused(debian: Debian) -> None:
    altered = debian.root / "srv" / "altered"
    shutil.copytree(debian.root / "srv" / "wheels", altered)
    with next(altered.glob("segno-*.whl")).open("ab") as wheel:
        wheel.write(b"\0")
    script = "/srv/ventanilla/deploy/install-server.sh"
    words = (script, "--wheels", "/srv/altered", "--no-start", "--site", "PRUEBA")
    refused = debian.run(*words, check=False)
    assert refused.returncode != 0
    assert "HASHES" in refused.stderr
    assert not (debian.root / "opt" / "ventanilla").is_symlink(), "nothing runs from it"
    debian.run(script, "--uninstall", "--purge")


def listing(folder: Path) -> set[str]:
    return {str(each) for each in folder.rglob("*")}
