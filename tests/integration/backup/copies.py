"""A site's backup, and the site put back from it after its disk was lost."""

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from sqlalchemy import text

from tests.support.postgres import postgres_server
from tests.support.site import KioskHttp, Site

KEYS = ("data.key", "audit.key", "backup.key", "server.toml")


def make_backup(site: Site, name: str = "copy.bin", *words: str) -> Path:
    """A backup of `site`, made by the real command under a key beside server.toml."""
    if not (site.folder / "backup.key").exists():
        site.command("backup-key", str(site.folder / "backup.key"))
    file = site.folder.parent / name
    site.command("backup", str(file), *words)
    return file


def lose_the_database(site: Site) -> None:
    """Power goes, and with it the disk of the database; keys were kept elsewhere."""
    site.kill_all()
    if site.database_name is None:
        for each in site.folder.glob("ventanilla.db*"):
            each.unlink()
        return
    fresh = postgres_server().create()
    settings = site.folder / "server.toml"
    settings.write_text(settings.read_text().replace(site.database_name, fresh))
    postgres_server().drop(site.database_name)
    site.database_name = fresh


def serve_again(site: Site, *commands: str) -> None:
    """Its processes come back."""
    for each in commands or ("web",):
        site.fork(each)
    site.wait_ready()


def rows(site: Site, words: str) -> list[tuple[object, ...]]:
    """What stands in its database."""
    database = site.database()
    try:
        return database.read(
            lambda uow: [tuple(row) for row in uow.connection.execute(text(words))]
        )
    finally:
        database.close()


def listing(folder: Path) -> dict[str, int]:
    """Every file below `folder` with its size."""
    found = [each for each in folder.rglob("*") if each.is_file()]
    return {str(each.relative_to(folder)): each.stat().st_size for each in found}


def keys_only(site: Site, folder: Path) -> Path:
    """A folder with the settings and keys of `site`, and no database; its server.toml."""
    folder.mkdir()
    for name in KEYS:
        shutil.copy(site.folder / name, folder)
    return folder / "server.toml"


@dataclass
class Seen:
    """Every number and event that somebody outside was shown."""

    numbers: list[str] = field(default_factory=list[str])

    def turns(self, kiosk: KioskHttp, count: int) -> None:
        """People take turns at a kiosk."""
        for _ in range(count):
            answer = kiosk.issue("information")
            assert answer.is_success, answer.text
            self.numbers.append(answer.json()["number"])

    def block(self, kiosk: KioskHttp, size: int) -> str:
        """A kiosk reserves numbers; each may be on somebody's paper. The block's id."""
        answer = kiosk.http.post(
            "/api/v1/blocks",
            json={"service": "information", "size": size},
            headers={"Idempotency-Key": str(uuid4())},
        )
        assert answer.is_success, answer.text
        row = answer.json()
        span = range(row["first"], row["last"] + 1)
        self.numbers += [f"{row['series']}-{number:03d}" for number in span]
        return row["id"]

    @property
    def repeated(self) -> set[str]:
        """Numbers that two people hold."""
        return {each for each in self.numbers if self.numbers.count(each) > 1}


def flip(file: Path, place: int) -> Path:
    """A copy of `file` in which one bit of the byte at `place` is another."""
    altered = file.with_name("altered.bin")
    shutil.copy(file, altered)
    with altered.open("r+b") as opened:
        opened.seek(place)
        byte = opened.read(1)[0]
        opened.seek(place)
        opened.write(bytes([byte ^ 1 << place % 8]))
        os.fsync(opened.fileno())
    return altered
