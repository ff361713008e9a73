"""Keys wait for the screen; headphones do not."""

from devices.kinds.keypad import KIND, JackChanged, Key, KeyPressed
from devices.status import DeviceState, DeviceStatus
from devices.supervisor import Reported, StatusChanged
from kiosk.keypad import PLACES, KeypadDesk


def told(payload: object) -> Reported:
    return Reported("keypad", KIND, payload)


def test_keys_are_taken_once_and_in_order() -> None:
    desk = KeypadDesk(lambda _in: None)
    for key in (Key.DOWN, Key.DOWN, Key.ENTER):
        desk.hear(told(KeyPressed(key)))
    desk.hear(told("a document"))
    assert desk.take() == ["down", "down", "enter"]
    assert desk.take() == []


def test_mashing_fills_no_memory() -> None:
    desk = KeypadDesk(lambda _in: None)
    for _ in range(10 * PLACES):
        desk.hear(told(KeyPressed(Key.UP)))
    assert len(desk.take()) == PLACES


def test_headphones_are_told_at_once_and_once() -> None:
    heard: list[bool] = []
    desk = KeypadDesk(heard.append)
    for inserted in (True, True, False):
        desk.hear(told(JackChanged(inserted)))
    assert heard == [True, False]
    assert not desk.jack


def test_a_keypad_that_goes_away_takes_its_headphones_with_it() -> None:
    heard: list[bool] = []
    desk = KeypadDesk(heard.append)
    desk.hear(told(JackChanged(True)))
    gone = DeviceStatus(DeviceState.NO_DEVICE)
    desk.hear(StatusChanged("reader", "document_reader", "serial-mrz", gone))
    assert desk.jack
    desk.hear(StatusChanged("keypad", KIND, "navigation-keypad", gone))
    assert heard == [True, False]
