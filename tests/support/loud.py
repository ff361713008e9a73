"""Skipping so that nobody overlooks it."""

import warnings
from typing import NoReturn

import pytest


def skip_loudly(missing: str) -> NoReturn:
    """Skip, and say why in the summary of the run too, which shows warnings and not skips."""
    warnings.warn(pytest.PytestWarning(f"NOT CHECKED: {missing}"), stacklevel=2)
    pytest.skip(missing)
