"""The built wheel carries everything the programs read at run time."""

import subprocess
import sys
import zipfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
NEEDED = (
    "*.kv",
    "*.po",
    "*.wsdl",
    "*.xsd",
    "*.html",
    "*.js",
    "*.css",
    "*.svg",
    "*.toml",
    "*.mako",
    "*.sql",
)


def test_the_wheel_holds_every_data_file_of_the_packages(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    carried = set(zipfile.ZipFile(wheel).namelist())
    for package in ("kiosk", "devices", "queue_server"):
        for pattern in NEEDED:
            for file in (REPOSITORY / package).rglob(pattern):
                assert str(file.relative_to(REPOSITORY)) in carried
    assert not any(name.startswith(("tests/", "deploy/", "var/")) for name in carried)
