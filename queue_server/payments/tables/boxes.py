"""The cash boxes of kiosks, and the emptyings in which two people took them out."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    text,
)

from queue_server.core.schema import Instant, metadata

# The changes of state that may happen; filled by the migration from `model.boxes.TRANSITIONS`.
emptying_transitions = Table(
    "emptying_transitions",
    metadata,
    Column("from_state", String(10), nullable=False),
    Column("to_state", String(10), nullable=False),
    PrimaryKeyConstraint("from_state", "to_state"),
)

# `came_from`: the state before this one. `serials`: the devices whose boxes are meant. `counts`:
# how many counts were confirmed; `adopted`: the last of them that the kiosk took over. `slips`:
# what is known of each copy. `reason`: why the count may differ. `last_event`: the newest of the
# log about it.
emptyings = Table(
    "emptyings",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("site", String(20), nullable=False),
    Column("kiosk", String(40), nullable=False),
    Column("serials", JSON, nullable=False),
    Column("came_from", String(10), nullable=False),
    Column("state", String(10), nullable=False),
    Column("asked_by", String(40), nullable=False),
    Column("asked_role", String(20), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("confirmed_by", String(40)),
    Column("confirmed_role", String(20)),
    Column("confirmed_at", Instant),
    Column("closed_at", Instant),
    Column("placed_at", Instant),
    Column("placed_by", String(40)),
    Column("slips", JSON, nullable=False),
    Column("entered_by", String(40)),
    Column("entered_role", String(20)),
    Column("entered_at", Instant),
    Column("counted_by", String(40)),
    Column("counted_role", String(20)),
    Column("counted_at", Instant),
    Column("counts", Integer, nullable=False),
    Column("adopted", Integer, nullable=False),
    Column("reason", String(20)),
    Column("settled_by", String(40)),
    Column("changed_at", Instant, nullable=False),
    Column("last_event", BigInteger),
    ForeignKeyConstraint(
        ["came_from", "state"],
        ["emptying_transitions.from_state", "emptying_transitions.to_state"],
    ),
    # Two people open a kiosk, and two vouch for a count; one of them is a supervisor.
    CheckConstraint("confirmed_by IS NULL OR confirmed_by <> asked_by", name="two_open"),
    CheckConstraint(
        "confirmed_by IS NULL OR asked_role = 'supervisor' OR confirmed_role = 'supervisor'",
        name="supervised",
    ),
    CheckConstraint("counted_by IS NULL OR counted_by <> entered_by", name="two_count"),
    CheckConstraint(
        "counted_by IS NULL OR entered_role = 'supervisor' OR counted_role = 'supervisor'",
        name="vouched",
    ),
    CheckConstraint("state IN ('asked', 'lapsed') OR confirmed_by IS NOT NULL", name="confirmed"),
    CheckConstraint(
        "state NOT IN ('settled', 'differs') OR counted_by IS NOT NULL", name="counted"
    ),
    CheckConstraint("placed_at IS NULL OR closed_at IS NOT NULL", name="placed"),
    Index("ix_emptyings_kiosk", "site", "kiosk", "asked_at"),
)
_PENDING = text("state IN ('asked', 'confirmed', 'taken')")
# One at a time for a kiosk.
Index(
    "uq_emptyings_pending",
    emptyings.c.site,
    emptyings.c.kiosk,
    unique=True,
    sqlite_where=_PENDING,
    postgresql_where=_PENDING,
)

# `id` is the kiosk's journal's, and so is `number`. `revision` only grows while a box is filled:
# what was overtaken on its way changes nothing. `pieces` is céntimos -> how many, as the kiosk's
# books have it (of an acceptor); `counted` what staff found. A hopper has coins instead: at first
# (`start_coins`, null: nobody counted), given, doubtful; found, loaded and taken out by staff; and
# `left_coins`, with which its next filling begins. `lost`: the device had lost count.
cash_boxes = Table(
    "cash_boxes",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("site", String(20), nullable=False),
    Column("kiosk", String(40), nullable=False),
    Column("number", Integer, nullable=False),
    Column("serial", String(60), nullable=False),
    Column("device", String(20), nullable=False),
    Column("sort", String(8), nullable=False),
    Column("coin_centimos", Integer, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("level", String(8), nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("pieces", JSON, nullable=False),
    Column("start_coins", Integer),
    Column("given_coins", Integer, nullable=False),
    Column("doubtful_coins", Integer, nullable=False),
    Column("lost", Boolean, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("told_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("emptying", ForeignKey("emptyings.id")),
    Column("counted", JSON(none_as_null=True)),
    Column("found_coins", Integer),
    Column("loaded_coins", Integer),
    Column("taken_coins", Integer),
    Column("left_coins", Integer),
    Column("agrees", Boolean),
    Column("difference_centimos", Integer),
    UniqueConstraint("site", "kiosk", "number"),
    CheckConstraint("sort IN ('acceptor', 'hopper')", name="sort"),
    CheckConstraint("capacity > 0", name="capacity"),
    CheckConstraint("given_coins >= 0 AND doubtful_coins >= 0", name="coins"),
    CheckConstraint("emptying IS NULL OR closed_at IS NOT NULL", name="closed"),
    CheckConstraint("(agrees IS NULL) = (difference_centimos IS NULL)", name="judged"),
    Index("ix_cash_boxes_emptying", "emptying"),
)
_IN_PLACE = text("closed_at IS NULL")
Index(
    "uq_cash_boxes_in_place",
    cash_boxes.c.site,
    cash_boxes.c.kiosk,
    cash_boxes.c.serial,
    unique=True,
    sqlite_where=_IN_PLACE,
    postgresql_where=_IN_PLACE,
)
