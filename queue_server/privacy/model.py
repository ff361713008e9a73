"""PURE: every table that holds data of a person, what for, how long, and who deletes it."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Whose(StrEnum):
    """Whose data it is."""

    APPLICANT = "applicant"
    STAFF = "staff"


@dataclass(frozen=True)
class Rule:
    """What `table` holds of a person: the columns, what for, `limit` (None: no end is fixed),
    counted from `since`, and `job`, which deletes it (empty: nobody does)."""

    table: str
    columns: tuple[str, ...]
    whose: Whose
    purpose: str
    limit: timedelta | None
    since: str
    job: str


VISIT_DOCUMENTS = "visit documents"
VISIT_DOCUMENTS_KEPT = timedelta(days=30)
_LINK_DAYS = timedelta(days=7)
_HOUR = timedelta(hours=1)

RULES: tuple[Rule, ...] = (
    Rule("visits", ("document", "document_index"), Whose.APPLICANT,
         "the operator compares the document of who stands there; a lost ticket is found again",
         VISIT_DOCUMENTS_KEPT, "the visit", "forget visit documents"),
    Rule("certificates", ("pdf", "link", "link_index"), Whose.APPLICANT,
         "the person fetches the certificate", _LINK_DAYS, "the link was made (`link_days`)",
         "forget certificates"),
    Rule("replies", ("body",), Whose.APPLICANT,
         "a request that is repeated gets its first answer", timedelta(hours=48), "the answer",
         "forget replies"),
    Rule("applications", ("applicant", "document_index", "email"), Whose.APPLICANT,
         "the certificate is requested, followed and sent again; the money is accounted for",
         None, "", ""),
    Rule("vouchers", ("voucher", "voucher_index"), Whose.APPLICANT,
         "the bank's payment is applied once only", None, "", ""),
    Rule("wallet_charges", ("payload",), Whose.APPLICANT,
         "the code that the person pays is shown again", None, "", ""),
    Rule("claims", ("code", "code_index"), Whose.APPLICANT,
         "whoever brings the paper gets their money", None, "", ""),
    Rule("person_looks", ("actor", "record"), Whose.STAFF,
         "a look repeated within ten minutes is one event", _HOUR, "the look", "forget looks"),
    Rule("events", ("actor",), Whose.STAFF,
         "who did what: the audit, which nothing is deleted from", None, "", ""),
    Rule("accounts", ("name", "full_name"), Whose.STAFF,
         "who may sign in; colleagues see the name", None, "", ""),
)  # fmt: skip


def without_a_limit() -> tuple[Rule, ...]:
    """What nobody deletes yet, by decision or for want of one."""
    return tuple(each for each in RULES if not each.job)
