-- The authoritative record of the stand-in gateway. PRAGMA user_version says which form a file has.
CREATE TABLE IF NOT EXISTS charges (
    serial INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    amount_centimos INTEGER NOT NULL CHECK (amount_centimos > 0),
    reference TEXT NOT NULL,
    valid_s INTEGER NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'paid', 'expired', 'canceled')),
    ended_by TEXT NOT NULL DEFAULT '',    -- caller, payer, time
    opened_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS open_charges ON charges (serial) WHERE state = 'waiting';

-- A charge is paid once.
CREATE TABLE IF NOT EXISTS payments (
    serial INTEGER PRIMARY KEY AUTOINCREMENT,
    charge TEXT NOT NULL UNIQUE REFERENCES charges (id),
    reference TEXT NOT NULL UNIQUE,
    amount_centimos INTEGER NOT NULL CHECK (amount_centimos > 0),
    paid_at TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS refunds (
    serial INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    charge TEXT NOT NULL REFERENCES charges (id),
    state TEXT NOT NULL CHECK (state IN ('refunded', 'refused')),
    reference TEXT UNIQUE,
    reason TEXT NOT NULL DEFAULT '',
    at TEXT NOT NULL
) STRICT;
-- Its money goes back once.
CREATE UNIQUE INDEX IF NOT EXISTS one_refund ON refunds (charge) WHERE state = 'refunded';

-- Every question, in the order in which they were answered; `fault`: what befell the reply.
CREATE TABLE IF NOT EXISTS calls (
    serial INTEGER PRIMARY KEY AUTOINCREMENT,
    operation TEXT NOT NULL,
    charge TEXT NOT NULL,
    answer TEXT NOT NULL,
    fault TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;
