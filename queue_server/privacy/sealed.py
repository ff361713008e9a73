"""PURE: every sealed column, and how its rows are told apart."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sealed:
    """A column whose values are sealed for `context` (`table.column`), and its table's key."""

    table: str
    column: str
    key: tuple[str, ...]

    @property
    def context(self) -> str:
        """What its values are sealed for."""
        return f"{self.table}.{self.column}"


SEALED: tuple[Sealed, ...] = (
    Sealed("accounts", "full_name", ("site", "name")),
    Sealed("applications", "applicant", ("id",)),
    Sealed("applications", "email", ("id",)),
    Sealed("certificates", "pdf", ("application",)),
    Sealed("certificates", "link", ("application",)),
    Sealed("claims", "code", ("id",)),
    Sealed("kiosk_bundles", "content", ("action",)),
    Sealed("pairings", "key", ("id",)),
    Sealed("replies", "body", ("key", "site")),
    Sealed("second_factors", "secret", ("site", "account")),
    Sealed("second_factors", "offered", ("site", "account")),
    Sealed("visits", "document", ("id",)),
    Sealed("vouchers", "voucher", ("id",)),
    Sealed("wallet_charges", "payload", ("id",)),
)
