"""A limit that makes no sense is refused, with what to write instead."""

from pathlib import Path

import pytest

from queue_server.config import ConfigError, load_config


def config(folder: Path, line: str) -> Path:
    file = folder / "server.toml"
    file.write_text(f'site = "PRUEBA"\n[retention]\n{line}\n')
    return file


@pytest.mark.parametrize("value", ['"kep"', "0", "-1", "40000", "true"])
def test_a_limit_is_days_or_keep(tmp_path: Path, value: str) -> None:
    with pytest.raises(ConfigError, match=r'claim_days: write days .* or "keep"'):
        load_config(config(tmp_path, f"claim_days = {value}"))


def test_a_limit_that_nobody_knows_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="did you mean 'application_days'"):
        load_config(config(tmp_path, "aplication_days = 3"))


def test_days_and_keep_are_taken(tmp_path: Path) -> None:
    settings = load_config(config(tmp_path, 'claim_days = "keep"\nwallet_days = 5')).retention
    assert (settings.claim_days, settings.wallet_days) == ("keep", 5)
