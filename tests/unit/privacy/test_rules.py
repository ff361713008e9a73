"""Every sealed column stands in the table of retention, and what that promises is done."""

import importlib
import pkgutil
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, MetaData

import queue_server
from queue_server import housekeeping, jobs
from queue_server.config import Retention
from queue_server.core.schema import metadata
from queue_server.privacy.duties import DUTIES
from queue_server.privacy.model import RULES, Rule, without_a_limit
from queue_server.retention import rules_kept
from queue_server.web.privacy_words import days_words, rule_words
from tests.support.site import REPOSITORY

# Keys, digests and proofs: nothing of them is sealed.
DIGESTS_AND_KEYS = {
    "administrator_codes.code_hash", "applications.document_index", "certificates.link_index",
    "claims.code_index", "collections.grant_index", "credentials.device_key",
    "credentials.next_hash", "credentials.secret_hash", "display_requests.secret_hash",
    "event_counters.last_mac", "events.mac", "events.request_hash", "half_sessions.token_hash",
    "hub_anchors.mac", "kiosk_actions.signature", "kiosk_codes.code_hash",
    "known_browsers.browser_hash",
    "pairings.device_key", "pairings.message", "pairings.proof", "pairings.reply",
    "pairings.sealed", "recovery_codes.code_hash", "sessions.token_hash", "sign_in_tries.bucket",
    "visits.document_index", "vouchers.voucher_index",
}  # fmt: skip
# Of a person, and so under a rule.
OF_PERSONS = {
    "applications.document_index", "certificates.link_index", "claims.code_index",
    "visits.document_index", "vouchers.voucher_index",
}  # fmt: skip
# They say nothing of a person.
NOBODYS = (DIGESTS_AND_KEYS - OF_PERSONS) | {
    "kiosk_bundles.content", "pairings.key", "second_factors.offered", "second_factors.secret",
}  # fmt: skip
DOCS = (REPOSITORY / "docs" / "personal_data.md").read_text()


def every_table() -> MetaData:
    for each in pkgutil.walk_packages(queue_server.__path__, "queue_server."):
        if each.name.endswith(".tables") and find_spec(each.name):
            importlib.import_module(each.name)
    return metadata


def sealed_columns(tables: MetaData) -> set[str]:
    return {
        f"{table.name}.{column.name}"
        for table in tables.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }


def unaccounted(columns: set[str], rules: tuple[Rule, ...]) -> set[str]:
    known = {f"{rule.table}.{column}" for rule in rules for column in rule.columns}
    return columns - known - NOBODYS


def test_every_sealed_column_has_a_rule() -> None:
    assert unaccounted(sealed_columns(every_table()), RULES) == set()


@pytest.mark.negative_control
def test_a_sealed_column_without_a_rule_is_noticed() -> None:
    without = tuple(each for each in RULES if each.table != "visits")
    found = unaccounted(sealed_columns(every_table()), without)
    assert found == {"visits.document", "visits.document_index"}


def test_every_rule_names_columns_that_are_there() -> None:
    tables = every_table().tables
    for rule in RULES:
        assert set(rule.columns) <= set(tables[rule.table].columns.keys()), rule.table


def test_what_has_a_limit_is_deleted_by_a_job_and_nothing_else_claims_one() -> None:
    source = "".join(Path(str(each.__file__)).read_text() for each in (jobs, housekeeping))
    for rule in RULES:
        assert bool(rule.job) is (rule.limit is not None), rule.table
        assert not rule.job or f'Job("{rule.job}"' in source, rule.job
    assert all(each.limit is None for each in without_a_limit())


def test_what_leaves_evidence_has_a_duty_and_every_duty_a_rule() -> None:
    assert {each.name for each in RULES if each.name} == set(DUTIES)


def test_every_setting_is_a_rules_and_comes_with_its_limit() -> None:
    given = Retention().model_dump()
    assert {each.setting: each.limit for each in RULES if each.setting} == {
        name: timedelta(days=days) for name, days in given.items()
    }
    kept = rules_kept(Retention(application_days="keep", claim_days=10))
    limits = {each.setting: each.limit for each in kept if each.setting}
    assert limits["application_days"] is None
    assert limits["claim_days"] == timedelta(days=10)
    assert limits["voucher_days"] == timedelta(days=120)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.table} {rule.columns}")
def test_the_page_for_maintainers_tells_of_every_rule(rule: Rule) -> None:
    lines = [each for each in DOCS.splitlines() if each.startswith(f"| `{rule.table}`")]
    assert [each for each in lines if rule.purpose in each and rule.job in each], rule.purpose


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.table} {rule.columns}")
def test_the_page_for_auditors_has_words_for_every_rule(rule: Rule) -> None:
    assert rule_words(rule)
    assert days_words(rule)
