"""What the jobs process deletes when its time is over: certificates, and what the rules say."""

from collections.abc import Sequence
from typing import Literal

import structlog

from queue_server.config import Retention as Settings
from queue_server.core import sqlite
from queue_server.core.db import Database
from queue_server.core.problem import Problem
from queue_server.issuance.services.forgetting import forget_expired, has_expired
from queue_server.privacy import service
from queue_server.privacy.model import VISIT_DOCUMENTS, Rule, rules_of
from queue_server.turns.services.rules import site_codes

log = structlog.get_logger("retention")


def rules_kept(settings: Settings) -> tuple[Rule, ...]:
    """The rules as this site's configuration sets them."""
    given: dict[str, int | Literal["keep"]] = settings.model_dump()
    return rules_of({key: None if days == "keep" else days for key, days in given.items()})


class Retention:
    """Keeps `rules`: deletes what is past their limits, a few hundred rows of each a turn."""

    def __init__(self, database: Database, rules: Sequence[Rule]) -> None:
        self._database = database
        self._rules = [each for each in rules if each.name and each.limit is not None]
        self._log = _Log(database)

    def turn(self) -> bool:
        """True when there may be more."""
        sites = self._database.read(site_codes)
        more = [self._kept(site, rule) for site in sites for rule in self._rules]
        return self._log.emptied_unless(any(more))

    def _kept(self, site: str, rule: Rule) -> bool:
        """Looks first, so that nobody waits for a lock because nothing is to be done. What cannot
        be deleted now does not stop the others."""
        try:
            if not self._database.read(lambda uow: service.is_due(uow, site, rule)):
                return False
            return self._database.run(lambda uow: service.keep(uow, site, rule))
        except Problem as problem:
            log.warning("not deleted yet", site=site, rule=rule.name, reason=problem.kind)
            return False


def visit_retention(database: Database) -> Retention:
    """The one rule of documents of visits, which has a job of its own."""
    return Retention(database, [each for each in rules_of({}) if each.name == VISIT_DOCUMENTS])


def other_retention(database: Database, settings: Settings) -> Retention:
    """All other rules that leave evidence."""
    rules = [each for each in rules_kept(settings) if each.name != VISIT_DOCUMENTS]
    return Retention(database, rules)


class _Log:
    """SQLite's write-ahead log, which still holds what was just deleted. PostgreSQL reclaims the
    rows with its own vacuum."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._holds_some = True  # an earlier process may have ended before it emptied it

    def emptied_unless(self, deleted: bool) -> bool:
        """Empty it once nothing more is `deleted`; gives `deleted` back."""
        if deleted:
            self._holds_some = True
        elif self._holds_some and self._database.engine.dialect.name == "sqlite":
            self._holds_some = not sqlite.empty_log(self._database.engine)
        return deleted


class CertificateRetention:
    """Deletes expired certificates, one a transaction, and then what SQLite's log holds of them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._log = _Log(database)

    def turn(self) -> bool:
        """Delete one expired certificate at each site; True when there may be more."""
        sites = self._database.read(site_codes)
        forgotten = [site for site in sites if self._forgot_one(site)]
        return self._log.emptied_unless(bool(forgotten))

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
