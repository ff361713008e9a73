"""Who orders actions over HTTP, and kiosks that were let in the way all are."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import httpx

from kiosk import bootstrap
from kiosk.bootstrap import Kiosk, build_kiosk
from kiosk.config import load_config
from kiosk.queue_client import QueueClient
from kiosk.trust import FILE, TrustFile
from tests.support.nursery import Child, shared_nursery
from tests.support.site import Site
from tests.support.trust import Administrator, Newcomer

DEADLINE_S = 40.0
ENDED = ("done", "failed", "refused", "expired", "unheard")
PATH = "/api/v1/kiosk-actions"


class Orders:
    """Somebody who may tell kiosks what to do."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http

    def order(self, kiosk: str, kind: str, **more: Any) -> httpx.Response:
        return self.http.post(
            f"/api/v1/kiosks/{kiosk}/actions",
            json={"kind": kind, **more},
            headers={"Idempotency-Key": str(uuid4())},
        )

    def ordered(self, kiosk: str, kind: str, **more: Any) -> str:
        """The id of an action that the server took."""
        answer = self.order(kiosk, kind, **more)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def one(self, action: str) -> dict[str, Any]:
        actions = self.http.get(PATH).json()["actions"]
        return next(each for each in actions if each["id"] == action)

    def until(self, action: str, *states: str, deadline_s: float = DEADLINE_S) -> dict[str, Any]:
        """The action once it is in one of `states` (none: once it ended). Raises TimeoutError."""
        ends = time.monotonic() + deadline_s
        while (found := self.one(action))["state"] not in (states or ENDED):
            if time.monotonic() > ends:
                raise TimeoutError(f"still {found}")
            time.sleep(0.02)
        return found


def let_in(site: Site, admin: Administrator, folder: Path, code: str) -> None:
    """Pair kiosk `code`; what it was given stands in `folder`."""
    newcomer = Newcomer(folder, site.url, code=code)
    admin.type(newcomer.wait_shown(), code)
    newcomer.look_until(lambda: newcomer.trust)
    newcomer.close()


def configured(site: Site, folder: Path, code: str, devices: str = "") -> Path:
    """The kiosk's configuration in `folder`."""
    path = folder / "kiosk.toml"
    path.write_text(
        f'code = "{code}"\n[server]\nurl = "{site.url}"\n[discovery]\nenabled = false\n'
        f"[offline]\nnumbers = 0\n{devices}"
    )
    return path


def client_of(folder: Path) -> QueueClient:
    """The line of the kiosk that was let in there."""
    trust = TrustFile(folder / FILE).read()
    assert trust is not None
    return QueueClient(trust.url, trust.token, authority=trust.authority)


@contextmanager
def switched_on(config: Path, notes: Callable[[], tuple[str, ...]] = tuple) -> Iterator[Kiosk]:
    """The whole kiosk in this process, drained on a thread; it asks ten times as often."""
    stop = Event()
    with patch.object(bootstrap, "OFFER_EVERY_S", 0.1):
        built = build_kiosk(load_config(config), notes)
    with built as kiosk:

        def drain() -> None:
            while not stop.is_set():
                kiosk.runner.drain(0.02)

        thread = Thread(target=drain, daemon=True)
        thread.start()
        try:
            yield kiosk
        finally:
            stop.set()
            thread.join(5)


class Watched:
    """The real program without a screen, started again whenever it ends, as systemd does.

    `prepare`: what is broken in it (`module:function:argument`).
    """

    def __init__(self, config: Path, prepare: tuple[str, ...] = ()) -> None:
        self._config = config
        self._prepare = prepare
        self._stop = Event()
        self._child: Child | None = None
        self.codes: list[int] = []
        self._thread = Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Watched":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._child is not None:
            self._child.kill()
        self._thread.join(10)

    def kill(self) -> None:
        """As power goes."""
        assert self._child is not None
        self._child.kill()

    def _run(self) -> None:
        while not self._stop.is_set() and len(self.codes) < 20:
            words = ("--config", str(self._config), "--headless")
            log = self._config.parent / "kiosk.log"
            self._child = shared_nursery().start("kiosk", *words, log=log, prepare=self._prepare)
            self.codes.append(self._child.wait())
