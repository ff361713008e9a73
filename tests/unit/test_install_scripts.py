"""The installers: sound shell, the locked versions, and nobody's mirror in them."""

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


def test_no_script_names_a_mirror_or_a_registry() -> None:
    for each in SCRIPTS:
        text = each.read_text().replace("https://address:port", "").replace("https://$(", "")
        for found in re.findall(r"https?://[^\s\"$]+", text):
            assert found.startswith(("http://127.0.0.1", "https://[A-Z")), found


def test_every_file_that_an_installer_puts_somewhere_is_there() -> None:
    for script in SCRIPTS:
        for name in re.findall(r"\$(?:source/deploy|deploy)/([\w./-]+)", script.read_text()):
            assert (DEPLOY / name).exists(), f"{script.name}: {name}"
