"""The words of `person` and `rotate-key`; nothing else loads with them."""

from argparse import ArgumentParser
from datetime import datetime


def person_options(command: ArgumentParser) -> None:
    """The words of `person`."""
    command.add_argument("what", choices=["export", "delete", "affected"])
    command.add_argument("--document", nargs=2, metavar=("TYPE", "NUMBER"), help="e.g. 01 12345678")
    whose = command.add_mutually_exclusive_group()
    whose.add_argument("--kiosk", default="", help="affected: by this kiosk")
    whose.add_argument("--account", default="", help="affected: by this account")
    whose.add_argument("--session", default="", help="affected: in this session, by its public id")
    command.add_argument("--from", dest="since", type=datetime.fromisoformat, metavar="INSTANT")
    command.add_argument("--to", dest="until", type=datetime.fromisoformat, metavar="INSTANT")


def rotation_options(command: ArgumentParser) -> None:
    """The words of `rotate-key`."""
    what = command.add_mutually_exclusive_group()
    what.add_argument("--status", action="store_true", help="which keys there are, what needs them")
    what.add_argument("--remove-old", action="store_true", help="take the older keys out")
