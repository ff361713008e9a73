"""On a closed kiosk one reads what still works, and touches it."""

from typing import Any

import pytest

from kiosk.flow.states import OutOfService
from kiosk.flow.touches import AlreadyApplied, OpenGuide
from kiosk.flow.world import Closure, Obstacle

FOLLOW, GUIDE = "Seguir su solicitud.", "Leer sobre el certificado y los trámites."
HELP = "Llamar al personal con el botón Ayuda."


def said(bench: Any) -> set[str]:
    """What is named as still working."""
    return {FOLLOW, GUIDE, HELP} & set(bench.touch.texts())


def test_with_a_server_it_follows_informs_and_calls(bench: Any) -> None:
    bench.show(OutOfService(Obstacle.NO_SERVICES))
    assert said(bench) == {FOLLOW, GUIDE, HELP}
    bench.touch.touch("already_applied")
    bench.frames()
    assert isinstance(bench.engine.posted[-1], AlreadyApplied)


def test_closed_by_staff_it_informs_and_calls(bench: Any) -> None:
    bench.put_world(closure=Closure.REPAIR)
    bench.show(OutOfService(Obstacle.REPAIR))
    assert said(bench) == {GUIDE, HELP}
    assert "already_applied" not in bench.touch.controls()
    assert "Este equipo está en reparación." in bench.touch.texts()


def test_without_a_server_it_informs_and_says_where_to_go(bench: Any) -> None:
    bench.put_world(server=False)
    bench.show(OutOfService(Obstacle.SERVER_AWAY))
    assert said(bench) == {GUIDE}
    assert "Acérquese al personal del módulo. Le darán su turno." in bench.touch.texts()
    bench.touch.touch("guide")
    assert isinstance(bench.engine.posted[-1], OpenGuide)


@pytest.mark.negative_control
def test_a_list_that_is_always_the_same_is_caught(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broken variant names everything."""
    from kiosk.flow.closed import Open
    from kiosk.screens.start import out_of_service

    monkeypatch.setattr(out_of_service, "still_open", lambda _world: tuple(Open))
    bench.put_world(server=False)
    bench.show(OutOfService(Obstacle.SERVER_AWAY))
    assert said(bench) != {GUIDE}
