"""What the jobs process deletes when its time is over: certificates, once their link expired."""

import structlog

from queue_server.core import sqlite
from queue_server.core.db import Database
from queue_server.core.problem import Problem
from queue_server.issuance.services.forgetting import forget_expired, has_expired
from queue_server.turns.services.rules import site_codes

log = structlog.get_logger("retention")


class CertificateRetention:
    """Deletes expired certificates, one a transaction, and then what SQLite's log holds of them.

    PostgreSQL reclaims the rows with its own vacuum.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._log_holds_some = True  # an earlier process may have ended before it emptied it

    def turn(self) -> bool:
        """Delete one expired certificate at each site; True when there may be more."""
        sites = self._database.read(site_codes)
        forgotten = [site for site in sites if self._forgot_one(site)]
        if forgotten:
            self._log_holds_some = True
            return True
        if self._log_holds_some and self._database.engine.dialect.name == "sqlite":
            self._log_holds_some = not sqlite.empty_log(self._database.engine)
        return False

    def _forgot_one(self, site: str) -> bool:
        """Looks first: nobody has to wait for a lock because nothing is to be done. A site that
        cannot be changed now does not stop the others."""
        try:
            if not self._database.read(lambda uow: has_expired(uow, site)):
                return False
            return self._database.run(lambda uow: forget_expired(uow, site))
        except Problem as problem:
            log.warning("certificates not deleted yet", site=site, reason=problem.kind)
            return False
