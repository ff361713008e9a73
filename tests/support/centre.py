"""The world beyond the site for tests: the backend sandbox and a mail server, as processes."""

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from devices.documents.dni import check_characters
from queue_server.issuance import sandbox
from tests.support.nursery import Child, shared_nursery
from tests.support.site import free_port


class Process:
    """One helper process that prints `ready …`; it can be killed and started again."""

    def __init__(self, *words: str) -> None:
        self._words = words
        self._process: Child | None = None

    def start(self) -> None:
        """Start, and wait for the ready line. Raises AssertionError when it ends instead."""
        module, *rest = self._words
        self._process = shared_nursery().start(module, *rest, log=Path(os.devnull))
        line = self._process.stdout.readline()
        assert line.startswith("ready"), f"{self._words} said {line!r}"

    def kill(self) -> None:
        """`kill -9`."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(timeout=10)

    def stop(self) -> None:
        """End it kindly; nothing happens when it is gone already."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=10)
            if self._process.poll() is None:
                self.kill()


# People of the tests beside those the sandbox ships: ordinary, all born on the same day.
EXTRA_PEOPLE = 34
EXTRA_BIRTH = "1985-07-28"
EXTRA_ISSUED = "2021-03-04"  # the day on their DNI, which only its holder can type
EXTRA_REVIEW = 19  # this one waits for a person's decision
EXTRA_FOREIGNERS = {"04": "900200001", "07": "XB0200001", "26": "800200001"}  # born that day too
HOLDERS = {"04": "900200002", "07": "XB0200002", "26": "800200002"}  # have a certificate in force
# Where more than these are asked for, every other one of the rest has a record.


def extra_number(index: int) -> str:
    """The DNI of the `index`-th extra person, counted from 0."""
    return f"{20_000_000 + index}"


class Centre(Process):
    """The issuance backend's sandbox, always on the same port."""

    def __init__(self, folder: Path, extra_people: int = EXTRA_PEOPLE) -> None:
        self.state = folder / "sandbox"
        self.state.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        people = folder / "people.toml"
        people.write_text(_people(extra_people))
        super().__init__(
            "queue_server.issuance.sandbox",
            "--port", str(self.port), "--state", str(self.state), "--people", str(people), "--fast",
        )  # fmt: skip

    def order(self, **command: Any) -> None:
        """Switch a fault or decide a review through the control address."""
        body = json.dumps(command).encode()
        url = f"http://127.0.0.1:{self.port}/control"
        asked = Request(url, body, {"Content-Type": "application/json"})
        urlopen(asked, timeout=5).close()

    def ledger(self) -> dict[str, Any]:
        """The centre's own record."""
        with urlopen(f"http://127.0.0.1:{self.port}/ledger", timeout=5) as answer:
            return json.load(answer)

    def certificates(self, application: str) -> list[str]:
        """What the centre issued for an application."""
        request = self.ledger()["requests"].get(application)
        return request["certificates"] if request else []


def _people(count: int) -> str:
    shipped = Path(sandbox.__file__).parent / "people.toml"
    extra = [
        f'[[person]]\ntype = "01"\nnumber = "{extra_number(index)}"\ngiven_names = "ALGUIEN"\n'
        f'first_surname = "PRUEBA"\nbirth_date = {EXTRA_BIRTH}\n'
        f'check = "{"".join(check_characters(extra_number(index)))}"\n'
        f"issue_date = {EXTRA_ISSUED}\n"
        + ("review = true\n" if index == EXTRA_REVIEW else "")
        + ("record = true\n" if index >= EXTRA_PEOPLE and index % 2 else "")
        for index in range(count)
    ]
    extra += [
        f'[[person]]\ntype = "{kind}"\nnumber = "{number}"\ngiven_names = "ALGUIEN"\n'
        f'first_surname = "PRUEBA"\nbirth_date = {EXTRA_BIRTH}\nmigratory = "REGULAR"\n'
        for kind, number in (*EXTRA_FOREIGNERS.items(), *HOLDERS.items())
    ]
    return shipped.read_text() + "\n" + "\n".join(extra)


class Mailbox(Process):
    """A mail server that keeps what arrives."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "mail"
        self.port = free_port()
        super().__init__(
            "deploy.demo.mailbox", "--port", str(self.port), "--folder", str(self.folder)
        )

    def messages(self) -> list[EmailMessage]:
        """Everything that arrived, oldest first."""
        found = sorted(self.folder.glob("*.eml"))
        return [message_from_bytes(each.read_bytes(), policy=policy.default) for each in found]  # type: ignore[misc]


def backend_toml(centre: Centre, mailbox: Mailbox, public_address: str = "") -> str:
    """The part of server.toml that names `centre` and `mailbox`."""
    credential = centre.state / "account.toml"
    credential.write_text('user = "KIOSKO-PRUEBA"\npassword = "clave-de-prueba-0001"\n')
    public = f'public_address = "{public_address}"\n' if public_address else ""
    return f"""{public}
[backend]
url = "http://127.0.0.1:{centre.port}/emision"
credential_file = "{credential}"
ruc = "20000000001"
operator_dni = "10117410"
authority_file = "{centre.state / "ca.pem"}"
[mail]
host = "127.0.0.1"
port = {mailbox.port}
sender = "certificados@example.com"
starttls = false
"""


@contextmanager
def running(*processes: Process) -> Iterator[None]:
    """Every process started; all ended with the block."""
    try:
        for process in processes:
            process.start()
        yield
    finally:
        for process in processes:
            process.stop()


def eventually(check: Any, deadline_s: float = 40.0) -> Any:
    """The first true answer of `check`. Raises AssertionError with the last one."""
    ends = time.monotonic() + deadline_s
    answer = check()
    while not answer:
        assert time.monotonic() < ends, f"still {answer!r} after {deadline_s} s"
        time.sleep(0.05)
        answer = check()
    return answer
