"""Carries word of alerts out: letters and webhooks, tried again for a day."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from queue_server.core import outbox
from queue_server.core.db import Database
from queue_server.core.mail import Mail, Mailer, Permanent, Sent
from queue_server.core.outbox import Errand
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.fleet.model.alert_rules import RuleBook
from queue_server.fleet.model.alert_words import letter, payload
from queue_server.fleet.services import alerts
from queue_server.fleet.services.alerts import Notice

GIVE_UP = timedelta(days=1)
Finish = Callable[[UnitOfWork], None]
# Address, body, the notice's id: one word why it did not arrive, "" when it did.
Post = Callable[[str, bytes, str], str]


class AlertErrands:
    """What a relay does for notices. A retry has the same Message-ID, or the same id of notice."""

    def __init__(
        self, database: Database, book: RuleBook, mailer: Mailer | None, post: Post
    ) -> None:
        self._database = database
        self._book = book
        self._mailer = mailer
        self._post = post

    def carriers(self) -> Mapping[str, Callable[[Errand], Finish]]:
        """What carries out each kind of errand."""
        return {alerts.MAIL: self._mail, alerts.WEBHOOK: self._webhook}

    def _mail(self, errand: Errand) -> Finish:
        notice = self._notice(errand)
        if self._mailer is None:
            return _later(errand, notice, "no mail server is configured")
        subject, text = letter(notice.site, notice.what, notice.alert, self._book)
        message_id = f"<{notice.id}@alerts.ventanilla.invalid>"
        match self._mailer.send(Mail(message_id, notice.target, subject, text)):
            case Sent():
                return lambda uow: alerts.settled(uow, errand, "sent")
            case Permanent(code):
                return lambda uow: alerts.settled(uow, errand, "failed", f"mail server {code}")
            case put_off:
                return _later(errand, notice, f"mail server: {put_off.code}")

    def _webhook(self, errand: Errand) -> Finish:
        notice = self._notice(errand)
        body = payload(notice.id, notice.site, notice.what, notice.alert, self._book)
        why = self._post(notice.target, body, notice.id)
        if not why:
            return lambda uow: alerts.settled(uow, errand, "sent")
        return _later(errand, notice, why)

    def _notice(self, errand: Errand) -> Notice:
        return self._database.read(lambda uow: alerts.notice(uow, errand.subject))


def _later(errand: Errand, notice: Notice, why: str) -> Finish:
    def finish(uow: UnitOfWork) -> None:
        if uow.now - notice.written_at > GIVE_UP:
            alerts.settled(uow, errand, "failed", why)
        else:
            outbox.put_off(uow, errand, why, outbox.pause_s(errand.attempts, 0.5))

    return finish
