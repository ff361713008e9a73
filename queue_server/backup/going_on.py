"""The restored database goes on under its keys: migrated, its chain walked, and set right."""

from dataclasses import dataclass

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, select

from queue_server.backup.afterwards import set_right
from queue_server.backup.files import Bundle, place_of
from queue_server.backup.model import About, Afterwards, BackupFault
from queue_server.config import ServerConfig
from queue_server.core.audit import Chain, load_chain
from queue_server.core.audit_rows import begin_chain, counted_sites, not_begun
from queue_server.core.audit_walk import Walk
from queue_server.core.audit_watch import walk_on
from queue_server.core.clock import Clock
from queue_server.core.crypto import SealBroken, Vault, load_vault
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.migrations import alembic_config
from queue_server.staff.tables import accounts
from queue_server.turns.services.rules import site_codes

_NAME = "accounts.full_name"


@dataclass(frozen=True)
class GoingOn:
    """How a restored server goes on. `operator`: who restored it. `clock`: what time it is.

    `above` and `compromised`: see `afterwards.set_right`. `sound_only`: refuse a copy whose audit
    chain is broken under the key that is there. `elsewhere`: where keys are that the backup does
    not hold and its new place has not. `exact`: leave the rows as they are, for the build that made
    them; only where nothing was given out since.
    """

    operator: str
    clock: Clock
    elsewhere: ServerConfig
    above: int = 0
    compromised: bool = False
    sound_only: bool = True
    exact: bool = False

    def settle(
        self, connection: Connection, about: About, bundle: Bundle
    ) -> tuple[Afterwards, ...]:
        """Bring the rows of a copy to this program's schema and set every site right.

        All of it is in the transaction of `connection`. Raises BackupFault.
        """
        if self.exact:
            return ()
        vault, chain = self._keys(bundle)
        migrate(connection, "head")

        def unit() -> UnitOfWork:
            return UnitOfWork(connection, vault, self.clock.now(), {}, self.clock, chain)

        _check_vault(unit())
        for site in not_begun(unit()):
            begin_chain(unit(), site)
        names = sorted({*site_codes(unit()), *counted_sites(connection)})
        if self.sound_only:
            for site in names:
                _check_chain(unit(), chain, site)
        return tuple(
            set_right(
                unit(),
                Actor(site, "operator", self.operator),
                about,
                above=self.above,
                compromised=self.compromised,
            )
            for site in names
        )

    def _keys(self, bundle: Bundle) -> tuple[Vault, Chain]:
        found = {}
        for role in ("data_key_file", "audit_key_file"):
            path = bundle.read(role) or place_of(self.elsewhere, role)
            if path is None or not path.is_file():
                raise BackupFault(
                    f"{path}: this key is not in the backup, nor is it there; put it back from "
                    "where you keep it"
                )
            found[role] = path
        try:
            return load_vault(found["data_key_file"]), load_chain(found["audit_key_file"])
        except ValueError as error:
            raise BackupFault(f"a key file does not read: {error}") from error


def migrate(connection: Connection, revision: str) -> None:
    """Bring the database to `revision`, in the transaction of `connection`."""
    config = alembic_config("sqlite://")  # the connection is handed over
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def known_revisions() -> set[str]:
    """Every schema this program knows."""
    script = ScriptDirectory.from_config(alembic_config("sqlite://"))
    return {each.revision for each in script.walk_revisions()}


def _check_vault(uow: UnitOfWork) -> None:
    """The data key is the one that sealed this database: somebody's name opens."""
    sealed = uow.connection.execute(select(accounts.c.full_name).limit(1)).scalar()
    if sealed is None:
        return
    try:
        uow.vault.open(_NAME, bytes(sealed))
    except SealBroken:
        raise BackupFault(
            "the data key that is there did not seal this database; put back the one that did"
        ) from None


def _check_chain(uow: UnitOfWork, chain: Chain, site: str) -> None:
    walk = Walk(chain, site)
    while True:
        report = walk_on(uow, walk)
        if report is not None:
            break
    if not report.sound:
        raise BackupFault(
            f"the audit chain of {site} is broken under the audit key that is there "
            f"({report.faults[0]}); put back the key that made it, or add --broken-chain if it was "
            "broken before"
        )
