"""The commands of backup and restore, as the command line knows them. Loads nothing heavy."""

import argparse
from collections.abc import Callable
from pathlib import Path

from queue_server.config import ServerConfig

KEY = "backup.key"
_Add = Callable[[str, Callable[..., int | None], str], argparse.ArgumentParser]


def add_commands(add: _Add) -> None:
    """`add` takes name, function and words of a command, and gives its parser."""
    key = add("backup-key", _run("backup_key"), "make a key for backups; keep a copy elsewhere")
    key.add_argument("file", type=Path)
    save = add("backup", _run("backup"), "copy the running server into one sealed file")
    save.add_argument("file", type=Path)
    words = "keys, certificates and credentials go along, inside the seal"
    save.add_argument("--with-keys", action="store_true", help=words)
    look = add("backup-check", _run("check"), "open a backup, check every byte, write nothing")
    look.add_argument("file", type=Path)
    back = add("restore", _run("put_back"), "put a backup back where nothing is")
    back.add_argument("file", type=Path)
    back.add_argument("--into", type=Path, metavar="FOLDER", help="an empty folder, to try it")
    words = "a turn number of today that somebody has seen: none up to it is given again"
    back.add_argument("--above", type=int, default=0, metavar="N", help=words)
    words = "let no kiosk and no display in again before it is paired anew"
    back.add_argument("--compromised", action="store_true", help=words)
    words = "also when the copy's audit chain is broken"
    back.add_argument("--broken-chain", action="store_true", help=words)
    words = "in place of the database that is there: a file is kept beside it, tables are dropped"
    back.add_argument("--over", action="store_true", help=words)
    words = "for the build that made it: nothing is migrated, no number jumps (see docs/backup.md)"
    back.add_argument("--exact", action="store_true", help=words)
    for each in (save, look, back):
        which = each.add_mutually_exclusive_group()
        which.add_argument("--key", type=Path, help=f"default: {KEY} beside server.toml")
        which.add_argument("--passphrase-file", type=Path, metavar="FILE")


def _run(name: str) -> Callable[[ServerConfig, argparse.Namespace], None]:
    def run(config: ServerConfig, options: argparse.Namespace) -> None:
        from queue_server import backup_command

        getattr(backup_command, name)(config, options)

    return run
