"""`python -m queue_server enrol`: the site shows a code, a person at the hub types it."""

from collections.abc import Callable

from queue_server.config import ConfigError, ServerConfig
from queue_server.core.db import Database
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.hub_link.adapters.trust_file import TrustFile, TrustUnreadable
from queue_server.hub_link.enrolment.desk import EnrolmentDesk, NotEnrolled
from queue_server.hub_link.model.trust import Trust
from queue_server.hub_link.services.days import forget_told

_MISSING = (
    "no [hub] in the configuration: this site tells nobody. To enrol it add\n\n"
    '[hub]\nurl = "https://hub.example:8443"\nregion = "Arequipa"'
)


def trust_file(config: ServerConfig) -> TrustFile:
    """Where this site keeps whom it trusts as its hub. Raises ConfigError without `[hub]`."""
    if config.hub is None:
        raise ConfigError(_MISSING)
    return TrustFile(config.tls.folder / config.hub.trust_file)


def enrol(
    config: ServerConfig,
    database: Callable[[], Database],
    operator: Actor,
    *,
    again: bool,
    say: Callable[[str], None],
) -> None:
    """Show a code until it was typed at the hub, and write down what it gave. Raises ConfigError.

    `database` opens the site's: the enrolment is an event of its log.
    """
    file = trust_file(config)
    assert config.hub is not None
    _refuse_twice(file, again=again)
    desk = EnrolmentDesk(config.hub.url, config.site, lambda code: say(_card(config, code)), say)
    try:
        trust = desk.enrol()
    except NotEnrolled as fault:
        raise ConfigError(f"not enrolled: {fault}") from None
    _record(database(), operator, trust)
    file.keep(trust)
    say(
        f"{config.site} is enrolled at {trust.hub}. Its credential renews itself. The jobs process "
        "begins to tell by itself within seconds; nothing needs to be started again."
    )


def _refuse_twice(file: TrustFile, *, again: bool) -> None:
    if again:
        return
    try:
        trust = file.read()
    except TrustUnreadable as fault:
        raise ConfigError(str(fault)) from None
    if trust is not None:
        raise ConfigError(
            f"this site is enrolled at {trust.hub} already, and nothing was changed. Where the hub "
            "shut it out, or there is another hub: python -m queue_server enrol --again"
        )


def _record(database: Database, operator: Actor, trust: Trust) -> None:
    def work(uow: UnitOfWork) -> None:
        forget_told(uow, operator.site)
        uow.record(operator, "hub.enrolled", hub=trust.hub, credential=trust.credential)

    try:
        database.run(work)
    finally:
        database.close()


def _card(config: ServerConfig, code: str) -> str:
    assert config.hub is not None
    spaced = "   ".join(" ".join(part) for part in (code[:4], code[4:]))
    return "\n".join(
        (
            f"This site, {config.site}, asks the hub at {config.hub.url} to let it in.",
            "",
            f"        CODE     {spaced}",
            "",
            "An administrator or IT of the hub types these eight digits on its page /country,",
            f"under the sites that wait, in the row {config.site}. Tell them by telephone or in",
            "person, not by mail. The code is good for ten minutes; this command waits as long.",
        )
    )
