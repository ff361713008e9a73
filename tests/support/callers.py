"""One caller of every role, each with a real credential or session."""

from argon2 import PasswordHasher

from queue_server.core.db import Database
from queue_server.core.unit_of_work import Actor
from queue_server.staff.api import COOKIE, DISPLAY_COOKIE
from queue_server.staff.model import PEOPLE, Proof, Role, needs_code
from queue_server.staff.services.accounts import NewAccount, put_account
from queue_server.staff.services.credentials import create_credential
from queue_server.staff.services.sessions import Where, open_session
from tests.support.sites_at_hub import let_in

SITE = "PRUEBA"
OPERATOR = Actor(SITE, "operator", "test")
HASH = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash("nobody knows this one")


class Callers:
    """One caller of every role at one site, and how each of them introduces itself."""

    def __init__(self, database: Database, origin: str = "") -> None:
        self._database, self._origin = database, {"Origin": origin} if origin else {}
        self._sessions: dict[Role, str] = {}
        self._tokens = {
            role: str(
                database.run(lambda uow, role=role: create_credential(uow, OPERATOR, role, "T1"))
            )
            for role in (Role.KIOSK, Role.DISPLAY)
        }
        for role in PEOPLE:
            new = NewAccount(role, role, role, HASH, one_time=False)
            database.run(lambda uow, new=new: put_account(uow, OPERATOR, new))

    def headers(self, role: Role | None) -> dict[str, str]:
        """What a caller of `role` sends with every request; None is a stranger."""
        if role is Role.SITE and role not in self._tokens:
            self._tokens[role] = let_in(self._database, ["T1"], site=SITE)["T1"]
        if role is Role.KIOSK or role is Role.SITE:
            return {"Authorization": f"Bearer {self._tokens[role]}"}
        if role is Role.DISPLAY:
            return {"Cookie": f"{DISPLAY_COOKIE}={self._tokens[role]}"}
        return {**self._origin, "Cookie": f"{COOKIE}={self._session(role)}"} if role else {}

    def _session(self, role: Role) -> str:
        if role not in self._sessions:
            proof = Proof.CODE if needs_code(role) else Proof.PASSWORD
            value = self._database.run(
                lambda uow: open_session(uow, SITE, role, HASH, Where(), proof)
            )
            assert value is not None
            self._sessions[role] = value
        return self._sessions[role]

    def renew(self, role: Role | None) -> None:
        """Sign in afresh next time: the last request may have ended the session."""
        if role is not None:
            self._sessions.pop(role, None)
