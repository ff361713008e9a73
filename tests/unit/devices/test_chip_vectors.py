"""The worked example of ICAO Doc 9303-11, appendix D, byte for byte."""

from datetime import date

import pytest

from devices.pcsc_chip import des
from devices.pcsc_chip.apdu import BadAnswer, CommandApdu, ResponseApdu
from devices.pcsc_chip.bac import Chance, DocumentKey, Opened, Opening
from devices.pcsc_chip.protocol import EF_COM, read_file
from devices.pcsc_chip.secure_messaging import Session

hexed = bytes.fromhex

KEY = DocumentKey.of("L898902C", date(1969, 8, 6), date(1994, 6, 23))
SEED = hexed("239AB9CB282DAF66231DC5A4DF6BFBAE")
K_ENC = hexed("AB94FDECF2674FDFB9B391F85D7F76F2")
K_MAC = hexed("7962D9ECE03D1ACD4C76089DCE131543")
RND_IC = hexed("4608F91988702212")
RND_IFD = hexed("781723860C06C226")
K_IFD = hexed("0B795240CB7049B01C19B33E32804F0B")
E_IFD = hexed("72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F2")
M_IFD = hexed("5F1448EEA8AD90A7")
E_IC = hexed("46B9342A41396CD7386BF5803104D7CEDC122B9132139BAF2EEDC94EE178534F")
M_IC = hexed("2F2D235D074D7449")
KS_SEED = hexed("0036D272F5C350ACAC50C3F572D23600")
KS_ENC = hexed("979EC13B1CBFE9DCD01AB0FED307EAE5")
KS_MAC = hexed("F1CB1F1FB5ADF208806B89DC579DC1F8")
SSC = 0x887022120C06C226
OPENED = Opened(KS_ENC, KS_MAC, SSC)
OPENING = Opening(KEY, Chance(RND_IFD, K_IFD), RND_IC)

SELECT = ("0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800",
          "990290008E08FA855A5D4C50A8ED9000")  # fmt: skip
READ_HEADER = ("0CB000000D9701048E08ED6705417E96BA5500",
               "8709019FF0EC34F9922651990290008E08AD55CC17140B2DED9000")  # fmt: skip
READ_REST = ("0CB000040D9701128E082EA28A70F3C7B53500",
             "871901FB9235F4E4037F2327DCC8964F1F9B8C30F42C8E2FFF224A990290008E08C8B2787EAEA07D74"
             "9000")  # fmt: skip
EF_COM_CONTENT = "60145F0104303130365F36063034303030305C026175"


@pytest.mark.parametrize(
    ("number", "birth", "expiry", "information"),
    [
        ("L898902C", date(1969, 8, 6), date(1994, 6, 23), "L898902C<369080619406236"),
        ("D23145890", date(1934, 7, 12), date(1995, 7, 12), "D23145890734071279507122"),
        ("D23145890734", date(1934, 7, 12), date(1995, 7, 12), "D23145890734934071279507122"),
        ("10117410", date(1980, 1, 1), date(2030, 1, 1), "10117410<780010143001019"),
        ("10117410", date(1940, 1, 1), None, "10117410<74001016<<<<<<0"),
    ],
)
def test_number_birth_and_expiry_with_their_check_digits_are_the_key(
    number: str, birth: date, expiry: date | None, information: str
) -> None:
    assert DocumentKey.of(number, birth, expiry).information == information


def test_the_key_gives_the_keys_of_d_2() -> None:
    assert KEY.keys() == (K_ENC, K_MAC) == des.derived_keys(SEED)


def test_the_reader_opens_with_the_bytes_of_d_3() -> None:
    assert des.encrypt(K_ENC, RND_IFD + RND_IC + K_IFD) == E_IFD
    assert des.checksum(K_MAC, E_IFD) == M_IFD
    command = OPENING.command().to_bytes()
    assert command == hexed("0082000028") + E_IFD + M_IFD + hexed("28")


def test_the_chips_proof_gives_the_session_of_d_3() -> None:
    assert OPENING.opened(E_IC + M_IC) == OPENED
    assert des.derived_keys(KS_SEED) == (KS_ENC, KS_MAC)


@pytest.mark.parametrize("at", range(40))
def test_a_proof_with_one_bit_wrong_opens_nothing(at: int) -> None:
    proof = bytearray(E_IC + M_IC)
    proof[at] ^= 1
    with pytest.raises(BadAnswer, match="wrong seal"):
        OPENING.opened(bytes(proof))


def test_a_proof_for_other_nonces_opens_nothing() -> None:
    other = Opening(KEY, Chance(RND_IFD, K_IFD), bytes(8))
    with pytest.raises(BadAnswer, match="another opening"):
        other.opened(E_IC + M_IC)


def test_a_file_is_read_with_the_bytes_of_d_4() -> None:
    session = Session(OPENED)
    reading = read_file(session, EF_COM, 0x60, t0=False)
    sent = next(reading)
    for command, reply in (SELECT, READ_HEADER):
        assert sent == hexed(command)
        sent = reading.send(hexed(reply))
    assert sent == hexed(READ_REST[0])
    with pytest.raises(StopIteration) as done:
        reading.send(hexed(READ_REST[1]))
    assert done.value.value == hexed(EF_COM_CONTENT)


def test_an_answer_counts_once() -> None:
    session = Session(OPENED)
    session.protect(CommandApdu(0, 0xA4, 2, 0x0C, hexed("011E")))
    session.unprotect(ResponseApdu.from_bytes(hexed(SELECT[1])))
    session.protect(CommandApdu(0, 0xA4, 2, 0x0C, hexed("011E")))
    with pytest.raises(BadAnswer, match="wrong seal"):
        session.unprotect(ResponseApdu.from_bytes(hexed(SELECT[1])))


def test_a_session_that_went_wrong_is_over_and_holds_no_keys() -> None:
    session = Session(OPENED)
    session.protect(CommandApdu(0, 0xA4, 2, 0x0C, hexed("011E")))
    with pytest.raises(BadAnswer, match="without its seal"):
        session.unprotect(ResponseApdu(b"", 0x9000))
    kept = [value for value in vars(session).values() if isinstance(value, bytearray)]
    assert kept == [bytes(16), bytes(16)]
    with pytest.raises(BadAnswer, match="over"):
        session.protect(CommandApdu(0, 0xB0, 0, 0, le=4))
