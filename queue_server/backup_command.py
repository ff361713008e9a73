"""`python -m queue_server backup`, `restore`, `backup-key`: copies of the server and back."""

import argparse
import os
from pathlib import Path

from queue_server.backup.files import Bundle, under
from queue_server.backup.going_on import GoingOn
from queue_server.backup.making import make
from queue_server.backup.model import BackupFault, Manifest
from queue_server.backup.options import KEY
from queue_server.backup.restoring import Restored, read_through, restore
from queue_server.backup.sealing import Secret, key_file, passphrase_file
from queue_server.bootstrap import database_url
from queue_server.config import ConfigError, ServerConfig
from queue_server.core.clock import SystemClock
from queue_server.core.crypto import create_key_file
from queue_server.core.db import open_engine


def backup_key(_: ServerConfig, options: argparse.Namespace) -> None:
    """Make a key file. Raises ConfigError when one is there."""
    if not create_key_file(options.file):
        raise ConfigError(f"{options.file}: a key is there already; name another file")
    print(f"{options.file} opens the backups that are made with it, and nothing else does:")
    print("keep a copy of it away from this machine and away from the backups")


def backup(config: ServerConfig, options: argparse.Namespace) -> None:
    """Make a backup; see `making.make`."""
    engine = open_engine(database_url(config))
    try:
        manifest = make(
            config,
            options.config,
            engine,
            options.file,
            _secret(options),
            SystemClock().now(),
            with_keys=options.with_keys,
        )
    except BackupFault as fault:
        raise ConfigError(f"no backup was made: {fault}") from fault
    finally:
        engine.dispose()
    _tell(options.file, manifest)
    if not options.with_keys:
        print(f"not in it: {config.data_key_file}, {config.audit_key_file}, {config.tls.folder}")
        print("without copies of these, kept elsewhere, it cannot be put back")


def check(_: ServerConfig, options: argparse.Namespace) -> None:
    """Read a backup to its end."""
    try:
        _tell(options.file, read_through(options.file, _secret(options)))
    except BackupFault as fault:
        raise ConfigError(f"{options.file}: {fault}") from fault


def put_back(config: ServerConfig, options: argparse.Namespace) -> None:
    """Put a backup back; see `restoring.restore`."""
    elsewhere, settings = config, None
    if options.into is not None:
        if options.into.exists() and (not options.into.is_dir() or any(options.into.iterdir())):
            raise ConfigError(f"{options.into}: not empty; name an empty folder or a new one")
        config = under(config, options.config.parent, options.into)
        settings = options.into / "server.toml"
    going_on = GoingOn(
        operator=os.environ.get("USER", "console"),
        clock=SystemClock(),
        elsewhere=elsewhere,
        above=options.above,
        compromised=options.compromised,
        sound_only=not options.broken_chain,
        exact=options.exact,
    )
    url = database_url(config if config.database_url is None else elsewhere)
    bundle = Bundle(config, settings)
    try:
        made = restore(
            options.file, _secret(options), config, url, bundle, going_on, over=options.over
        )
    except BackupFault as fault:
        raise ConfigError(f"{options.file}: nothing was restored: {fault}") from fault
    _tell_restored(config, made)


def _tell(file: Path, manifest: Manifest) -> None:
    about = manifest.about
    size = sum(each.size for each in manifest.parts)
    print(f"{file}: site {about.site}, made {about.made_at} by build {about.build}")
    print(f"schema {about.schema}, {about.database}, {len(manifest.parts)} parts, {size} bytes")
    for head in about.heads:
        print(f"audit head of {head.site}: {head.id} {head.mac}")


def _tell_restored(config: ServerConfig, made: Restored) -> None:
    print(f"restored to {config.database_name}, as it was at {made.manifest.about.made_at}")
    for each in made.sites:
        jumps = ", ".join(f"{series}-{last + 1:03d}" for series, last in each.numbers.items())
        print(f"{each.site}: turns of today go on with {jumps or 'no series'}")
        print(
            f"{each.site}: {each.sessions} sessions ended, {each.errands} errands are asked about "
            f"before they are sent, {each.revoked} devices shut out; event {each.event}"
        )
    for path in made.kept:
        print(f"{path} was there and stays as it is")
    print("next: `audit verify`, then start the server: docs/backup.md")


def _secret(options: argparse.Namespace) -> Secret:
    try:
        if options.passphrase_file is not None:
            return passphrase_file(options.passphrase_file)
        return key_file(options.key or options.config.parent / KEY)
    except BackupFault as fault:
        raise ConfigError(str(fault)) from fault
