"""The kiosk's own memory of what it set out to do and how it ended, safe against power loss.

One SQLite file (`file`), in it a book for each matter: `effects`, `orders`, `cash`, `claims`, and
what is `outgoing` to the server. A key outside the file seals what may hold personal data.
"""

from kiosk.journal.effects import EffectState, Entry
from kiosk.journal.file import JournalDamaged, JournalFailed, JournalUnsafe
from kiosk.journal.journal import Journal, open_journal
from kiosk.journal.seal import load_key

__all__ = [
    "EffectState",
    "Entry",
    "Journal",
    "JournalDamaged",
    "JournalFailed",
    "JournalUnsafe",
    "load_key",
    "open_journal",
]
