"""PURE: every table that holds data of a person, what for, how long, and who deletes it."""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum


class Whose(StrEnum):
    """Whose data it is."""

    APPLICANT = "applicant"
    STAFF = "staff"


@dataclass(frozen=True)
class Rule:
    """What `table` holds of a person: the columns, what for, `limit` (None: no end is fixed),
    counted from `since`, and `job`, which deletes it (empty: nobody does).

    `name`: what its runs are called in the evidence (empty: they leave none). `setting`: the key of
    `[retention]` that changes the limit (empty: it is fixed).
    """

    table: str
    columns: tuple[str, ...]
    whose: Whose
    purpose: str
    limit: timedelta | None
    since: str
    job: str
    name: str = ""
    setting: str = ""


VISIT_DOCUMENTS = "visit documents"
VISIT_DOCUMENTS_KEPT = timedelta(days=30)
RETENTION = "retention"
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_APPLICANT, _STAFF = Whose.APPLICANT, Whose.STAFF

RULES: tuple[Rule, ...] = (
    Rule("visits", ("document", "document_index"), _APPLICANT,
         "the operator compares the document of who stands there; a lost ticket is found again",
         VISIT_DOCUMENTS_KEPT, "the visit", "forget visit documents", VISIT_DOCUMENTS),
    Rule("certificates", ("pdf", "link", "link_index"), _APPLICANT,
         "the person fetches the certificate", 7 * _DAY, "the link was made (`link_days`)",
         "forget certificates"),
    Rule("replies", ("body",), _APPLICANT,
         "a request that is repeated gets its first answer", 48 * _HOUR, "the answer",
         "forget replies"),
    Rule("applications", ("applicant", "document_index", "email"), _APPLICANT,
         "the certificate is requested, followed and sent again; the money is accounted for",
         120 * _DAY, "it was settled", RETENTION, "applications", "application_days"),
    Rule("vouchers", ("voucher",), _APPLICANT,
         "the bank's payment is found and applied", 120 * _DAY, "it was settled", RETENTION,
         "vouchers", "voucher_days"),
    Rule("vouchers", ("voucher_index",), _APPLICANT,
         "a keyed digest: the bank's payment is applied once only", None, "", ""),
    Rule("wallet_charges", ("payload",), _APPLICANT,
         "the code that the person pays is shown again", 30 * _DAY, "it was settled", RETENTION,
         "wallet charges", "wallet_days"),
    Rule("claims", ("code", "code_index"), _APPLICANT,
         "whoever brings the paper gets their money", 1827 * _DAY, "it was settled", RETENTION,
         "claims", "claim_days"),
    Rule("sessions", ("account", "browser", "address"), _STAFF,
         "who is signed in, and where", 2 * _DAY, "signing in", RETENTION, "sessions"),
    Rule("half_sessions", ("account",), _STAFF,
         "who has yet to show the second factor", _HOUR, "its five minutes", RETENTION,
         "half sessions"),
    Rule("known_browsers", ("account", "browser_hash"), _STAFF,
         "who works here is not slowed by who guesses elsewhere", 365 * _DAY, "the last signing in",
         RETENTION, "known browsers"),
    Rule("sign_in_tries", ("bucket",), _STAFF,
         "guesses are counted", 2 * _DAY, "the last try", RETENTION, "sign-in tries"),
    Rule("pairings", ("address", "typed_by"), _STAFF,
         "a kiosk is let in by a code that a person reads", _DAY, "its ten minutes", RETENTION,
         "pairings"),
    Rule("alerts", ("acknowledged_by",), _STAFF,
         "who has a fault in hand; how often it comes back", 400 * _DAY, "it was resolved",
         RETENTION, "alerts"),
    Rule("state_spans", (), _STAFF,
         "how every machine stood: no person's data, kept as long as alerts", 400 * _DAY,
         "the state ended", RETENTION, "machine history"),
    Rule("person_looks", ("actor", "record"), _STAFF,
         "a look repeated within ten minutes is one event", _HOUR, "the look", "forget looks"),
    Rule("events", ("actor",), _STAFF,
         "who did what: the audit, which nothing is deleted from", None, "", ""),
    Rule("accounts", ("name", "full_name"), _STAFF,
         "who may sign in; colleagues see the name", None, "", ""),
)  # fmt: skip


def rules_of(days: dict[str, int | None]) -> tuple[Rule, ...]:
    """The rules as a site keeps them. `days`: setting -> days, None for "keep"; what it leaves out
    stays as it comes."""
    return tuple(_set(each, days) for each in RULES)


def _set(rule: Rule, days: dict[str, int | None]) -> Rule:
    if rule.setting not in days:
        return rule
    set_to = days[rule.setting]
    limit = None if set_to is None else set_to * _DAY
    return replace(rule, limit=limit)


def without_a_limit() -> tuple[Rule, ...]:
    """What nobody deletes, by decision."""
    return tuple(each for each in RULES if not each.job)
