"""JSON as it is kept and sent: compact, the same text for both."""

from typing import Any

from pydantic_core import to_json


def json_text(value: Any) -> str:
    """`value` (dicts, lists, words, numbers) as JSON without spaces."""
    return to_json(value).decode()
