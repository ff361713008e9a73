"""A technician's commands for the journal of a kiosk that is no more: export it, or settle it.

    python -m kiosk journal show   --config kiosk.toml
    python -m kiosk journal export --config kiosk.toml --to FOLDER
    python -m kiosk journal settle --config kiosk.toml

`export` makes a copy that another machine goes on with, under the same code. `settle` tells the
server everything this journal still owes it, without any device. What the server knows already
needs no journal at all.
"""

import argparse
import json
import os
import sqlite3
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kiosk.cash.settlement import CashSettlement
from kiosk.cash.till import Till
from kiosk.config import ConfigError, KioskConfig, load_config
from kiosk.connection import connect
from kiosk.doubts import advance
from kiosk.journal import Journal, JournalUnsafe, load_key
from kiosk.journal.orders import OrderEntry
from kiosk.order import Means, OrderState
from kiosk.performers.delivery import hand_over
from kiosk.queue_client import QueueClient
from kiosk.telling import Telling

DONE, LEFT_OVER, REFUSED = 0, 1, 2
_ROUNDS = 3
_COPIED = ("journal.db", "journal.key")


@dataclass(frozen=True)
class Owing:
    """What a journal still holds: orders that are not over, news, claims without paper."""

    orders: tuple[OrderEntry, ...]
    news: int
    claims: int

    @property
    def nothing(self) -> bool:
        """Whether the server knows all of it."""
        return not self.orders and not self.news

    def lines(self) -> list[str]:
        """For a technician; ids and amounts, nothing of a person."""
        rows = [
            f"order {each.application}  {each.state:<10} {each.means or '-':<7}"
            f" S/ {each.amount_centimos / 100:.2f}"
            for each in self.orders
        ]
        told = f"{self.news} news the server has not heard, {self.claims} claims without paper"
        return [*rows, told]


def owing(journal: Journal) -> Owing:
    """What `journal` still holds."""
    return Owing(
        tuple(journal.orders.unsettled()),
        journal.outgoing.count(),
        len(journal.claims.without_slip()),
    )


def main(arguments: Sequence[str]) -> int:
    """0: done; 1: something is left for a person; 2: it could not be begun, and why."""
    options = _parser().parse_args(arguments)
    try:
        config = load_config(options.config)
        with closing(_open(config, any_key=options.command == "show")) as journal:
            return _COMMANDS[options.command](config, journal, options)
    except (ConfigError, JournalUnsafe, OSError) as error:
        print(f"kiosk journal: {error}", file=sys.stderr)
        return REFUSED


def _open(config: KioskConfig, *, any_key: bool) -> Journal:
    if not config.journal.exists():
        raise ConfigError(f"{config.journal}: no journal there; is the disk of the kiosk mounted?")
    return Journal(config.journal, load_key(config.journal_key_file), any_key=any_key)


def show(config: KioskConfig, journal: Journal, options: argparse.Namespace) -> int:
    """Say what the journal still holds."""
    del options
    return _report(config, owing(journal))


def export(config: KioskConfig, journal: Journal, options: argparse.Namespace) -> int:
    """Copy the journal, its key and a summary to a new folder, in which a kiosk may go on."""
    folder: Path = options.to
    folder.mkdir(mode=0o700, parents=True, exist_ok=False)
    with closing(sqlite3.connect(folder / _COPIED[0])) as copy:
        journal.file.copy_to(copy)
    key = folder / _COPIED[1]
    key.touch(mode=0o600)
    key.write_bytes(config.journal_key_file.read_bytes())
    held = owing(journal)
    (folder / "summary.json").write_text(json.dumps(_summary(config, held), indent=1) + "\n")
    _sync(folder)
    print(f"copied to {folder}; put it where the new machine of {config.code} has its journal,")
    print("and never start both: each would bring the same orders to an end.")
    return _report(config, held)


def settle(config: KioskConfig, journal: Journal, options: argparse.Namespace) -> int:
    """Tell the server everything, without devices: what they alone know stays in doubt there."""
    del options
    client, _ = connect(config)
    with closing(client):
        journal.close_interrupted()
        cash = CashSettlement(journal, Till([], []))
        for _ in range(_ROUNDS):
            for entry in journal.orders.unsettled():
                _settle(journal, client, cash, entry)
            Telling(journal, client).look()
    held = owing(journal)
    return _report(config, held)


def _settle(journal: Journal, client: QueueClient, cash: CashSettlement, entry: OrderEntry) -> None:
    if entry.means is Means.CASH and entry.payment and entry.state is not OrderState.PAID:
        undecided = entry.state in (OrderState.PAYING, OrderState.UNKNOWN)
        if undecided and not cash.taken(entry.payment):
            # Its acceptor may hold a note it told nobody of: only a count can prove "nothing".
            advance(journal, entry.application, OrderState.UNKNOWN, why="no devices")
        else:
            cash.settle(entry.payment, give=False)
    current = journal.orders.entry(entry.application)
    if current is not None and current.state is OrderState.PAID:
        hand_over(client, journal, current)


def _report(config: KioskConfig, held: Owing) -> int:
    print(f"kiosk {config.code}, {config.journal}:")
    for line in held.lines():
        print(f"  {line}")
    print("the server knows all of it" if held.nothing else "not over yet; see docs/money.md")
    return DONE if held.nothing else LEFT_OVER


def _summary(config: KioskConfig, held: Owing) -> Mapping[str, Any]:
    return {
        "kiosk": config.code,
        "orders": [
            {
                "application": str(each.application),
                "state": each.state,
                "means": each.means,
                "amount_centimos": each.amount_centimos,
            }
            for each in held.orders
        ],
        "news": held.news,
        "claims_without_paper": held.claims,
    }


def _sync(folder: Path) -> None:
    for path in (*folder.iterdir(), folder):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


_COMMANDS: Mapping[str, Callable[[KioskConfig, Journal, argparse.Namespace], int]] = {
    "show": show,
    "export": export,
    "settle": settle,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m kiosk journal", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, command in _COMMANDS.items():
        one = commands.add_parser(name, help=(command.__doc__ or "").split(".")[0])
        one.add_argument("--config", type=Path, default=Path("kiosk.toml"), metavar="FILE")
        if name == "export":
            one.add_argument("--to", type=Path, required=True, metavar="FOLDER")
    return parser
