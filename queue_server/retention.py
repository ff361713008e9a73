"""What the jobs process deletes when its time is over: certificates, documents of visits."""

import structlog

from queue_server.core import sqlite
from queue_server.core.db import Database
from queue_server.core.problem import Problem
from queue_server.issuance.services.forgetting import forget_expired, has_expired
from queue_server.privacy.service import forget_visit_documents, visit_documents_are_over
from queue_server.turns.services.rules import site_codes

log = structlog.get_logger("retention")


class VisitRetention:
    """Deletes the documents of visits that are long over, a few hundred a turn."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def turn(self) -> bool:
        """True when there may be more."""
        more = [self._forgot_some(site) for site in self._database.read(site_codes)]
        return any(more)

    def _forgot_some(self, site: str) -> bool:
        """Looks first, so that nobody waits for a lock because nothing is to be done."""
        try:
            if not self._database.read(lambda uow: visit_documents_are_over(uow, site)):
                return False
            return self._database.run(lambda uow: forget_visit_documents(uow, site))
        except Problem as problem:
            log.warning("documents of visits not deleted yet", site=site, reason=problem.kind)
            return False


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
