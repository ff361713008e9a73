"""What was replayed, forged, kept back, mixed up or meant for another kiosk is not carried out."""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.actions import admission as admission_module
from kiosk.actions.admission import Admission
from kiosk.actions.model import Action, Me, Memory, Refusal, judge
from kiosk.trust import Trust
from queue_server.fleet.actions.model import Kind, body_of
from tests.support.told_kiosk import UNKNOWN, Server, ToldKiosk, paired

VARIANTS = 210
Attack = Callable[[ToldKiosk, Server, random.Random], dict[str, Any]]
KINDS = (Kind.TEST_PRINT, Kind.SELF_TEST, Kind.OUT_OF_SERVICE, Kind.IN_SERVICE, Kind.RESTART)


def fresh(kiosk: ToldKiosk, server: Server, dice: random.Random) -> Any:
    return server.order(kiosk.me, dice.choice(KINDS))


def replayed(kiosk: ToldKiosk, server: Server, dice: random.Random) -> dict[str, Any]:
    """An action that was carried out, sent again while it is still in its minute."""
    offer = server.offer(fresh(kiosk, server, dice))
    assert kiosk.hear(offer) == 1
    kiosk.executed.pop()
    server.later(dice.uniform(0, 55))
    if dice.random() < 0.5:
        kiosk.start()
    return offer


def out_of_order(kiosk: ToldKiosk, server: Server, dice: random.Random) -> dict[str, Any]:
    """An action that was kept back until a later one had been carried out."""
    kept_back = server.offer(fresh(kiosk, server, dice))
    server.later(dice.uniform(0, 20))
    assert kiosk.hear(server.offer(fresh(kiosk, server, dice))) == 1
    kiosk.executed.pop()
    if dice.random() < 0.5:
        kiosk.start()
    return kept_back


def expired(kiosk: ToldKiosk, server: Server, dice: random.Random) -> dict[str, Any]:
    offer = server.offer(fresh(kiosk, server, dice))
    server.later(60 + dice.uniform(0.001, 9000))
    return offer


def from_the_future(kiosk: ToldKiosk, server: Server, dice: random.Random) -> dict[str, Any]:
    order = fresh(kiosk, server, dice)
    return server.offer(replace(order, issued_at=server.now + timedelta(seconds=6)))


def another_key(kiosk: ToldKiosk, server: Server, dice: random.Random) -> dict[str, Any]:
    return server.offer(fresh(kiosk, server, dice), Ed25519PrivateKey.generate())


def altered_letter(kiosk: ToldKiosk, server: Server, dice: random.Random) -> dict[str, Any]:
    """One digit of it is another one."""
    offer = server.offer(fresh(kiosk, server, dice))
    body: str = offer["action"]["body"]
    place = dice.choice([at for at, letter in enumerate(body) if letter.isdigit()])
    digit = str((int(body[place]) + dice.randint(1, 9)) % 10)
    offer["action"]["body"] = body[:place] + digit + body[place + 1 :]
    return offer


def longer_life(kiosk: ToldKiosk, server: Server, dice: random.Random) -> dict[str, Any]:
    """Somebody gives a dead action another minute."""
    offer = server.offer(fresh(kiosk, server, dice))
    told = json.loads(offer["action"]["body"])
    server.later(dice.uniform(61, 600))
    told["expires_at"] = (server.now + timedelta(seconds=50)).isoformat()
    told["issued_at"] = server.now.isoformat()
    offer["action"]["body"] = json.dumps(told, sort_keys=True, separators=(",", ":"))
    return offer


def altered_kind(kiosk: ToldKiosk, server: Server, dice: random.Random) -> dict[str, Any]:
    offer = server.offer(server.order(kiosk.me, Kind.SELF_TEST))
    offer["action"]["body"] = offer["action"]["body"].replace("self_test", "restart")
    return offer


def altered_signature(kiosk: ToldKiosk, server: Server, dice: random.Random) -> dict[str, Any]:
    offer = server.offer(fresh(kiosk, server, dice))
    flipped = bytearray.fromhex(offer["action"]["signature"])
    flipped[dice.randrange(64)] ^= 1 << dice.randrange(8)
    offer["action"]["signature"] = dice.choice([flipped.hex(), "", "zz", flipped.hex()[:-2]])
    return offer


def other_kiosk(kiosk: ToldKiosk, server: Server, dice: random.Random) -> dict[str, Any]:
    return server.offer(replace(fresh(kiosk, server, dice), kiosk="K02"))


def other_site(kiosk: ToldKiosk, server: Server, dice: random.Random) -> dict[str, Any]:
    return server.offer(replace(fresh(kiosk, server, dice), site="OTRA"))


def other_device(kiosk: ToldKiosk, server: Server, dice: random.Random) -> dict[str, Any]:
    """For a machine that was called K01 too."""
    return server.offer(server.order(paired(server.key), dice.choice(KINDS)))


def before_pairing_again(kiosk: ToldKiosk, server: Server, dice: random.Random) -> dict[str, Any]:
    offer = server.offer(fresh(kiosk, server, dice))
    kiosk.paired_again()
    return offer


def after_revocation(kiosk: ToldKiosk, server: Server, dice: random.Random) -> dict[str, Any]:
    offer = server.offer(fresh(kiosk, server, dice))
    kiosk.line.refusal = UNKNOWN
    return offer


ATTACKS: tuple[Attack, ...] = (
    replayed,
    out_of_order,
    expired,
    from_the_future,
    another_key,
    altered_letter,
    longer_life,
    altered_kind,
    altered_signature,
    other_kiosk,
    other_site,
    other_device,
    before_pairing_again,
    after_revocation,
)


def carried_out(
    folder: Path, admission: Callable[..., Admission], attacks: tuple[Attack, ...], variants: int
) -> int:
    """How many of so many attacks led to something."""
    done = 0
    dice = random.Random(20261123)
    for turn in range(variants):
        server = Server()
        place = folder / str(turn)
        place.mkdir()
        kiosk = ToldKiosk(place, server, admission=admission)
        done += kiosk.hear(attacks[turn % len(attacks)](kiosk, server, dice))
    return done


def test_of_two_hundred_attacks_none_is_carried_out(tmp_path: Path) -> None:
    assert carried_out(tmp_path, Admission, ATTACKS, VARIANTS) == 0


def test_what_the_server_orders_is_carried_out_once(tmp_path: Path) -> None:
    """Otherwise the test above would prove nothing."""
    server = Server()
    kiosk = ToldKiosk(tmp_path, server)
    offer = server.offer(server.order(kiosk.me))
    assert [kiosk.hear(offer) for _ in range(3)] == [1, 0, 0]
    assert kiosk.line.states == ["taken", "running", "done"]


class BelievesAnything(Admission):
    """Does not look at the signature."""

    def _is_signed(self, body: str, signature: str, trust: Trust) -> bool:
        return True


def blind_to(*reasons: Refusal) -> type[Admission]:
    """A kiosk that overlooks these."""

    class Blind(Admission):
        def _judge(
            self, action: Action, me: Me, now: datetime | None, memory: Memory
        ) -> Refusal | None:
            found = judge(action, me, now, memory)
            return None if found in reasons else found

    return Blind


@pytest.mark.negative_control
@pytest.mark.parametrize(
    ("careless", "attack"),
    [
        (BelievesAnything, another_key),
        (BelievesAnything, altered_kind),
        (BelievesAnything, altered_signature),
        (BelievesAnything, longer_life),
        (blind_to(Refusal.SEEN, Refusal.OUT_OF_ORDER), replayed),
        (blind_to(Refusal.OUT_OF_ORDER), out_of_order),
        (blind_to(Refusal.NOT_YET), from_the_future),
        (blind_to(Refusal.ANOTHER_KIOSK), other_site),
    ],
)
def test_a_kiosk_that_does_not_check_carries_it_out(
    tmp_path: Path, careless: type[Admission], attack: Attack
) -> None:
    assert carried_out(tmp_path, careless, (attack,), 3) > 0


class ForgetsItself(Admission):
    """Takes what was meant for another kiosk."""

    def _judge(
        self, action: Action, me: Me, now: datetime | None, memory: Memory
    ) -> Refusal | None:
        return judge(action, action.target, now, memory)

    def still(self, action: Action) -> bool:
        return True


@pytest.mark.negative_control
@pytest.mark.parametrize("attack", [other_kiosk, other_device, before_pairing_again])
def test_a_kiosk_that_does_not_know_who_it_is_carries_it_out(
    tmp_path: Path, attack: Attack
) -> None:
    assert carried_out(tmp_path, ForgetsItself, (attack,), 3) > 0


@pytest.mark.negative_control
def test_a_kiosk_without_a_clock_carries_out_what_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.actions.desk.is_over", lambda *_: False)
    careless = blind_to(Refusal.EXPIRED)
    assert carried_out(tmp_path, careless, (expired,), 3) > 0


@pytest.mark.negative_control
def test_a_kiosk_that_does_not_ask_again_acts_after_it_was_shut_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.actions.desk.ActionDesk._tell", lambda *_: True)
    assert carried_out(tmp_path, Admission, (after_revocation,), 3) > 0


def test_a_kiosk_that_does_not_know_the_servers_time_begins_nothing_and_takes_it_later(
    tmp_path: Path,
) -> None:
    server = Server()
    kiosk = ToldKiosk(tmp_path, server)
    offer = server.offer(server.order(kiosk.me))
    kiosk.knows_time = False
    assert kiosk.hear(offer) == 0
    kiosk.knows_time = True
    assert kiosk.hear(offer) == 1


def test_a_book_that_cannot_be_read_forgets_nothing_by_mistake(tmp_path: Path) -> None:
    server = Server()
    kiosk = ToldKiosk(tmp_path, server)
    offer = server.offer(server.order(kiosk.me))
    assert kiosk.hear(offer) == 1
    (tmp_path / "actions.json").write_text("{")
    kiosk.start()
    server.later(1)
    assert kiosk.hear(offer) == 0
    server.later(1)
    assert kiosk.hear(server.offer(server.order(kiosk.me))) == 1


@pytest.mark.negative_control
def test_without_the_book_a_replay_after_a_restart_is_carried_out(tmp_path: Path) -> None:
    server = Server()
    kiosk = ToldKiosk(tmp_path, server)
    offer = server.offer(server.order(kiosk.me))
    assert kiosk.hear(offer) == 1
    (tmp_path / "actions.json").unlink()
    kiosk.start()
    assert kiosk.hear(offer) == 1


def test_the_signature_covers_every_member_of_the_body(tmp_path: Path) -> None:
    server = Server()
    kiosk = ToldKiosk(tmp_path, server)
    order = server.order(kiosk.me)
    good = server.offer(order)["action"]
    for name, value in json.loads(body_of(order)).items():
        told = {**json.loads(body_of(order)), name: [value]}
        other = json.dumps(told, sort_keys=True, separators=(",", ":"))
        assert kiosk.hear({"action": {"body": other, "signature": good["signature"]}}) == 0
    assert admission_module.signed(good["body"]) != good["body"].encode()
    assert kiosk.hear({"action": good}) == 1


@pytest.mark.parametrize("broken", ["[]", "{}", "null", "7", "{", '{"id":1}', "[" * 3000])
def test_what_is_signed_and_no_action_is_turned_away(tmp_path: Path, broken: str) -> None:
    server = Server()
    kiosk = ToldKiosk(tmp_path, server)
    assert kiosk.hear(server.said(broken)) == 0
    assert kiosk.line.reports == []
