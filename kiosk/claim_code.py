"""PURE: the code on a claim slip: short enough to type, long enough that nobody guesses one."""

import re

from stdnum.iso7064 import mod_37_36

# Crockford's base 32: no I, L, O, U, so that what is read is what was printed.
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SIGN_COUNT = 8
RANDOM_BYTES = 5
_NOT_A_SIGN = re.compile(r"[^0-9A-Z]")
# What eyes read for a digit.
_LOOKS_LIKE = str.maketrans("OIL", "011")
_CHECK_TWINS = {"0": "O", "O": "0", "1": "I", "I": "1", "L": "1"}


def claim_code(random: bytes) -> str:
    """The code of a claim from `RANDOM_BYTES` random bytes: 40 bits, check sign (ISO 7064).

    >>> claim_code(bytes(5))
    'C-0000-0000-Z'
    """
    value = int.from_bytes(random[:RANDOM_BYTES], "big")
    signs = "".join(_SIGNS[(value >> (5 * place)) & 31] for place in reversed(range(_SIGN_COUNT)))
    return f"C-{signs[:4]}-{signs[4:]}-{mod_37_36.calc_check_digit('C' + signs)}"


def typed_code(text: str) -> str | None:
    """The code that somebody typed, in any case, with O for 0 and I or L for 1; None when its check
    sign disagrees.

    >>> typed_code("c-oooo oooo-z")
    'C-0000-0000-Z'
    """
    signs = _NOT_A_SIGN.sub("", text.upper())
    body, check = signs[:1] + signs[1:-1].translate(_LOOKS_LIKE), signs[-1:]
    if len(body) != 1 + _SIGN_COUNT or body[0] != "C" or any(each not in _SIGNS for each in body):
        return None
    right = mod_37_36.calc_check_digit(body)
    if right not in (check, _CHECK_TWINS.get(check)):
        return None
    return f"{body[0]}-{body[1:5]}-{body[5:]}-{right}"
