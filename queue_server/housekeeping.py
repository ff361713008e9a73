"""The jobs that every server has, of a site or the hub: keys, certificate, audit, old answers."""

from datetime import timedelta

import structlog

from queue_server.config import ServerConfig
from queue_server.core import tls
from queue_server.core.audit_anchors import Anchors
from queue_server.core.audit_watch import ChainWatch
from queue_server.core.bell import Bell
from queue_server.core.clock import SystemClock
from queue_server.core.db import Database
from queue_server.core.idempotency import REPLIES_KEPT_HOURS, forget_replies
from queue_server.core.looks import forget_looks
from queue_server.core.repeating import Job
from queue_server.core.unit_of_work import Actor
from queue_server.privacy.rotation import Resealer

SEAL_ANEW_EVERY_S = 30.0  # looks only at the key file while there is nothing to do
CERTIFICATE_EVERY_S = 3600.0
log = structlog.get_logger("jobs")


def housekeeping(config: ServerConfig, database: Database, day_closed: Bell) -> list[Job]:
    """`day_closed` rings when the head of the audit chain is to be written down at once."""
    jobs = [
        Job("forget replies", 3600.0, lambda: _forget_replies(database)),
        Job("forget looks", 3600.0, lambda: database.run(forget_looks) > 0),
        Job("seal anew", SEAL_ANEW_EVERY_S, Resealer(database, _keeper(config)).turn),
        *_auditing(config, database, day_closed),
    ]
    if not config.plain_http:
        jobs.append(
            Job(
                "certificate",
                CERTIFICATE_EVERY_S,
                lambda: _renew_certificate(config),
                everywhere=True,
            )
        )
    return jobs


def _auditing(config: ServerConfig, database: Database, day_closed: Bell) -> list[Job]:
    """The heads of the audit chains are written down, also when a day was closed; the chains are
    walked."""
    anchors = Anchors(database, config.audit.anchor_file, config.audit.syslog)
    watch = ChainWatch(database, [config.audit.anchor_file])
    return [
        Job("anchor audit", config.audit.anchor_every_s, lambda: _anchor(anchors), day_closed),
        Job("verify audit", config.audit.verify_every_s, watch.turn),
    ]


def _anchor(anchors: Anchors) -> bool:
    try:
        return anchors.turn()
    except OSError as error:
        log.error("the audit chain's head could not be written down", reason=str(error))
        return False


def _renew_certificate(config: ServerConfig) -> bool:
    """Make the server's next certificate when it is time for it."""
    names = tls.own_names(config.host, config.site, config.tls.names)
    tls.renew(tls.TlsFiles(config.tls.folder), names, SystemClock().now())
    return False


def _forget_replies(database: Database) -> bool:
    """Delete the answers that nobody asks for again."""
    kept = timedelta(hours=REPLIES_KEPT_HOURS)
    database.run(lambda uow: forget_replies(uow, uow.now - kept))
    return False


def _keeper(config: ServerConfig) -> Actor:
    """Who seals data anew."""
    return Actor(config.site, "jobs", "data key")
