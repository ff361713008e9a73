"""What is owed to whoever holds a claim's code."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    text,
)

from queue_server.core.schema import Instant, metadata

# The changes of state that may happen; filled by the migration from `model.claims.TRANSITIONS`.
claim_transitions = Table(
    "claim_transitions",
    metadata,
    Column("from_state", String(10), nullable=False),
    Column("to_state", String(10), nullable=False),
    PrimaryKeyConstraint("from_state", "to_state"),
)

# `id` is whoever's made it, and so is the code: sealed, and found by its keyed index. `came_from`:
# the state before this one, so that the database knows each change. `first_centimos`: as it was
# told at first. `last_event`: the newest of the log about it.
# `erased_at`: since then the code opens nothing.
# `return_state` ties a claim of refused money to its return: while the claim stands, the return
# cannot leave `claimed`, so nothing is given back twice.
claims = Table(
    "claims",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("site", String(20), nullable=False),
    Column("kiosk", String(40), nullable=False),
    Column("application", String(36)),
    Column("payment", String(36)),
    Column("means", String(10), nullable=False),
    Column("first_centimos", Integer, nullable=False),
    Column("amount_centimos", Integer, nullable=False),
    Column("reason", String(20), nullable=False),
    Column("maker", String(5), nullable=False),
    Column("came_from", String(10), nullable=False),
    Column("state", String(10), nullable=False),
    Column("code", LargeBinary, nullable=False),
    Column("code_index", LargeBinary(32), nullable=False, unique=True),
    Column("made_at", Instant, nullable=False),
    Column("told_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("withdrawn_for", String(20)),
    Column("given", String(10)),
    Column("given_by", String(40)),
    Column("given_at_counter", String(30)),
    Column("given_at", Instant),
    Column("return_state", String(10)),
    Column("last_event", BigInteger),
    Column("erased_at", Instant),
    ForeignKeyConstraint(
        ["came_from", "state"],
        ["claim_transitions.from_state", "claim_transitions.to_state"],
    ),
    ForeignKeyConstraint(["payment", "return_state"], ["returns.payment", "returns.state"]),
    CheckConstraint("means IN ('card', 'cash', 'wallet')", name="means"),
    CheckConstraint("maker IN ('kiosk', 'staff')", name="maker"),
    CheckConstraint("amount_centimos > 0", name="positive"),
    CheckConstraint("amount_centimos <= first_centimos", name="reduced"),
    CheckConstraint(
        "(state = 'redeemed') = (given IS NOT NULL AND given_by IS NOT NULL"
        " AND given_at_counter IS NOT NULL AND given_at IS NOT NULL)",
        name="given",
    ),
    CheckConstraint("(state = 'withdrawn') = (withdrawn_for IS NOT NULL)", name="withdrawn"),
    CheckConstraint(
        "(reason = 'paid_but_refused' AND state <> 'withdrawn') = (return_state IS NOT NULL)",
        name="return",
    ),
    CheckConstraint(
        "return_state IS NULL OR (return_state = 'claimed' AND payment IS NOT NULL)",
        name="claimed",
    ),
    Index("ix_claims_application", "application"),
    Index("ix_claims_payment", "payment"),
)
_LIVE = text("state IN ('in_doubt', 'open')")
Index("ix_claims_live", claims.c.site, sqlite_where=_LIVE, postgresql_where=_LIVE)
# Of card and wallet a payment is owed once. Cash is owed in parts: its change, what turns up late;
# there every note and coin counts once instead.
_ONCE = text("state <> 'withdrawn' AND means <> 'cash'")
Index(
    "uq_claims_payment",
    claims.c.payment,
    unique=True,
    sqlite_where=_ONCE,
    postgresql_where=_ONCE,
)
