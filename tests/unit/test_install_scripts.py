"""The installers: sound shell, the locked versions, and nobody's mirror in them."""

import os
import re
import shutil
import subprocess
import warnings
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
DEPLOY = REPOSITORY / "deploy"
SCRIPTS = [*sorted(DEPLOY.glob("install-*.sh")), *sorted(DEPLOY.glob("upgrade-*.sh"))]
PINNED = re.compile(r"^([a-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)


def pinned(lock: str) -> set[tuple[str, ...]]:
    return set(PINNED.findall((REPOSITORY / lock).read_text()))


@pytest.mark.parametrize("role", ["server", "kiosk"])
def test_a_role_s_lock_holds_versions_of_the_one_lock_and_their_hashes(role: str) -> None:
    lock = f"requirements-{role}.lock"
    assert pinned(lock) <= pinned("requirements.lock")
    names = {name for name, _ in pinned(lock)}
    assert not names & {"pytest", "playwright", "atheris", "hypothesis"}
    assert "hatchling" in names, "the installer builds the program itself"
    text = (REPOSITORY / lock).read_text()
    assert text.count("--hash=") >= len(names)
    assert "://" not in text


@pytest.mark.negative_control
def test_another_version_in_a_role_s_lock_is_seen() -> None:
    other = {*pinned("requirements-server.lock"), ("fastapi", "0.1")}
    assert not other <= pinned("requirements.lock")


def test_the_scripts_are_sound_shell() -> None:
    assert len(SCRIPTS) == 4
    for each in SCRIPTS:
        subprocess.run(["bash", "-n", str(each)], check=True)
    if shutil.which("shellcheck") is None:
        warnings.warn("shellcheck is not here: the installers were only parsed", stacklevel=1)
        pytest.skip("needs shellcheck: apt-get install shellcheck")
    subprocess.run(["shellcheck", "-x", *map(str, SCRIPTS)], cwd=REPOSITORY, check=True)


@pytest.mark.parametrize("mask", ["022", "077"])
def test_what_is_installed_can_be_read_whatever_the_mask_of_root(tmp_path: Path, mask: str) -> None:
    words = f'umask {mask}; . "{DEPLOY}/install-common.sh"; mkdir "{tmp_path}/build"'
    subprocess.run(["bash", "-c", words], check=True)
    assert (tmp_path / "build").stat().st_mode & 0o777 == 0o755


def test_no_script_names_a_mirror_or_a_registry() -> None:
    for each in SCRIPTS:
        text = each.read_text().replace("https://address:port", "").replace("https://$(", "")
        for found in re.findall(r"https?://[^\s\"$]+", text):
            assert found.startswith(("http://127.0.0.1", "https://[A-Z")), found


def test_every_file_that_an_installer_puts_somewhere_is_there() -> None:
    for script in SCRIPTS:
        for name in re.findall(r"\$(?:source/deploy|deploy)/([\w./-]+)", script.read_text()):
            assert (DEPLOY / name).exists(), f"{script.name}: {name}"


ADMIN_S = "# written by the administrator\nallowed_users=rootonly\n"


class Xorg:
    """The folder of X's configuration, and what the kiosk's installer does in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "X11"
        self.folder.mkdir(parents=True)
        self.file = self.folder / "Xwrapper.config"
        self.kept = self.folder / "Xwrapper.config.before-ventanilla"
        places = {each: str(folder / each.lower()) for each in ("OPT", "ETC", "UNITS", "STATE")}
        places |= {"X11": str(self.folder), "SYSTEMCTL": "true"}
        self._environment = {f"VENTANILLA_{name}": place for name, place in places.items()}

    def run(self, *words: str) -> str:
        """What the installer says."""
        return self._bash(str(DEPLOY / "install-kiosk.sh"), *words)

    def put(self, source: Path = DEPLOY / "xorg" / "Xwrapper.config") -> None:
        """What it does for this one file; packages and builds are left out."""
        line = f'. {DEPLOY}/install-common.sh; put_instead "$1" "$2"'
        self._bash("-c", line, "bash", str(source), str(self.file))

    def _bash(self, *words: str) -> str:
        environment = {**os.environ, **self._environment}
        done = subprocess.run(
            ["bash", *words], env=environment, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def xorg(tmp_path: Path) -> Xorg:
    return Xorg(tmp_path)


def test_a_dry_run_says_that_the_x_wrapper_s_file_is_kept_and_replaced(xorg: Xorg) -> None:
    xorg.file.write_text(ADMIN_S)
    said = xorg.run("--dry-run", "--any-system", "--code", "A01").splitlines()
    assert f"would: cp -a {xorg.file} {xorg.kept}" in said
    assert [each for each in said if each.startswith("would: install") and str(xorg.file) in each]
    assert xorg.file.read_text() == ADMIN_S
    assert not xorg.kept.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="an uninstall needs root")
def test_the_administrator_s_x_wrapper_file_comes_back_when_the_kiosk_goes(xorg: Xorg) -> None:
    xorg.file.write_text(ADMIN_S)
    xorg.put()
    xorg.put()  # once more: what is kept is still theirs
    assert "allowed_users=anybody" in xorg.file.read_text()
    assert xorg.kept.read_text() == ADMIN_S
    xorg.run("--uninstall")
    assert xorg.file.read_text() == ADMIN_S
    assert not xorg.kept.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="an uninstall needs root")
def test_where_there_was_no_file_ours_goes_even_after_a_newer_one_was_put(
    xorg: Xorg, tmp_path: Path
) -> None:
    newer = tmp_path / "newer"
    newer.write_text((DEPLOY / "xorg" / "Xwrapper.config").read_text() + "# more\n")
    xorg.put()
    xorg.put(newer)
    assert not xorg.kept.exists(), "the older one of ours is nobody's"
    xorg.run("--uninstall")
    assert not xorg.file.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="an uninstall needs root")
def test_what_somebody_wrote_there_since_is_theirs_and_stays(xorg: Xorg) -> None:
    xorg.put()
    xorg.file.write_text(ADMIN_S)
    xorg.run("--uninstall")
    assert xorg.file.read_text() == ADMIN_S


@pytest.mark.negative_control
@pytest.mark.skipif(os.geteuid() != 0, reason="an uninstall needs root")
def test_a_file_that_is_only_put_is_lost(xorg: Xorg) -> None:
    """As it was: written over, and nothing kept."""
    xorg.file.write_text(ADMIN_S)
    shutil.copy(DEPLOY / "xorg" / "Xwrapper.config", xorg.file)
    xorg.run("--uninstall")
    assert not xorg.file.exists()
