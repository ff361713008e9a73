"""The whole kiosk, as it is started: shows its code, is let in, serves, is shut out, asks again."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kiosk.bootstrap import Kiosk, build_kiosk
from kiosk.config import load_config
from kiosk.flow.states import NotPaired, Welcome
from kiosk.trust import FILE
from tests.support.site import Site
from tests.support.trust import Administrator

DEADLINE_S = 40.0
CONFIG = """\
code = "K50"
[server]
url = "{url}"
[discovery]
enabled = false
[offline]
numbers = 0
"""


def until(kiosk: Kiosk, stands: Callable[[Any], object]) -> Any:
    """Drain the inbox until the person stands where `stands`; there."""
    ends = time.monotonic() + DEADLINE_S
    while not stands(kiosk.runner.state.at):
        assert time.monotonic() < ends, kiosk.runner.state.at
        kiosk.runner.drain(0.05)
    return kiosk.runner.state.at


def shows_code(at: Any) -> bool:
    return isinstance(at, NotPaired) and bool(at.pairing.code) and at.pairing.servers > 0


def test_a_kiosk_is_let_in_starts_again_and_is_shut_out(
    site: Site, admin: Administrator, tmp_path: Path
) -> None:
    config = tmp_path / "kiosk.toml"
    config.write_text(CONFIG.format(url=site.url))
    with build_kiosk(load_config(config)) as kiosk:
        code = until(kiosk, shows_code).pairing.code
        assert admin.type(code, "K50").status_code == 204
        until(kiosk, lambda at: isinstance(at, Welcome))
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    with build_kiosk(load_config(config)) as kiosk:
        until(kiosk, lambda at: isinstance(at, Welcome))
        assert admin.http.post("/api/v1/kiosks/K50/revoke").status_code == 204
        again = until(kiosk, shows_code).pairing.code
        assert again != code
