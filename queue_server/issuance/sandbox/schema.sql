-- The authoritative record of the sandbox. PRAGMA user_version says which form a file has.
CREATE TABLE IF NOT EXISTS requests (
    serial INTEGER PRIMARY KEY AUTOINCREMENT, -- order of arrival
    id TEXT NOT NULL UNIQUE,              -- idSolicitud: the idempotency key
    content TEXT NOT NULL,                -- canonical JSON of applicant and payment
    document_type TEXT NOT NULL,
    document_number TEXT NOT NULL,
    means TEXT NOT NULL,
    reference TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('EMITIDO', 'EN_REVISION', 'RECHAZADO')),
    code TEXT NOT NULL,
    arrived TEXT NOT NULL,                -- when it was recorded, Peru's time
    asked INTEGER NOT NULL DEFAULT 1 CHECK (asked > 0)
) STRICT;
-- One payment pays for one certificate; what was refused gives its payment back.
CREATE UNIQUE INDEX IF NOT EXISTS one_payment_one_request
    ON requests (means, reference) WHERE state <> 'RECHAZADO';
CREATE INDEX IF NOT EXISTS waiting_for_people ON requests (serial) WHERE state = 'EN_REVISION';

-- Which site (audit field sede) asked first for a request.
CREATE TABLE IF NOT EXISTS request_sites (
    request TEXT PRIMARY KEY REFERENCES requests (id),
    site TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS requests_of_a_site ON request_sites (site);

-- Bytes handed out, kept once however many certificates have them (the pool of --fast).
CREATE TABLE IF NOT EXISTS files (
    digest TEXT PRIMARY KEY,              -- SHA-256
    content BLOB NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS certificates (
    serial INTEGER PRIMARY KEY AUTOINCREMENT,
    number TEXT NOT NULL UNIQUE,
    request TEXT REFERENCES requests (id), -- NULL: held before the sandbox started
    document_type TEXT NOT NULL,
    document_number TEXT NOT NULL,
    verification_code TEXT NOT NULL UNIQUE,
    issued_on TEXT NOT NULL,
    until TEXT NOT NULL,
    forgetful INTEGER NOT NULL DEFAULT 0, -- issued while the fault forget_ids was armed
    file TEXT REFERENCES files (digest),  -- NULL: nobody has fetched it yet
    fetched INTEGER NOT NULL DEFAULT 0
) STRICT;
-- One request, one certificate: only the fault forget_ids may break it.
CREATE UNIQUE INDEX IF NOT EXISTS one_request_one_certificate
    ON certificates (request) WHERE forgetful = 0;
CREATE INDEX IF NOT EXISTS certificates_of_a_request ON certificates (request);
CREATE INDEX IF NOT EXISTS certificates_of_a_document
    ON certificates (document_type, document_number, until);

-- What people paid at the bank.
CREATE TABLE IF NOT EXISTS vouchers (
    serial INTEGER PRIMARY KEY AUTOINCREMENT,
    reference TEXT NOT NULL UNIQUE,       -- made of day and sequence: one payment of the bank
    payer_type TEXT NOT NULL,
    payer_number TEXT NOT NULL,
    sequence TEXT NOT NULL,
    paid_on TEXT NOT NULL,
    amount_centimos INTEGER NOT NULL CHECK (amount_centimos > 0),
    agency TEXT,
    cashier TEXT,
    paid_at TEXT,                         -- local time, HH:MM:SS
    visible_at REAL NOT NULL,             -- seconds of the epoch
    used INTEGER NOT NULL,                -- outside of this ledger
    made INTEGER NOT NULL                 -- by a person while it ran; 0: the register says it
) STRICT;

CREATE TABLE IF NOT EXISTS calls (
    operation TEXT NOT NULL, code TEXT NOT NULL, times INTEGER NOT NULL,
    PRIMARY KEY (operation, code)
) STRICT;
