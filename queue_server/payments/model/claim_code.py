"""PURE: the code of a claim: who holds it follows the money and gets it at a window.

``C-7KQ2-M9XT-9``: C, eight signs of Crockford's base 32 (40 bits nobody can guess) and a check sign
(ISO 7064 MOD 37,36 over all before it, as numbers of applications have).
"""

import re

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SIGNS, BITS = 8, 40
_CHECKED = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_COMPACT = re.compile(rf"C[{ALPHABET}]{{{SIGNS}}}[0-9A-Z]")
_NOT_A_SIGN = re.compile(r"[^0-9A-Z]")
# What eyes read for a digit. A check sign may be the letter itself.
_LOOKS_LIKE = str.maketrans("OIL", "011")
_TWINS = ("0O", "1IL")


def claim_code(drawn: int) -> str:
    """The code of `drawn`, a number of `BITS` random bits, as it is kept: without dashes.

    >>> claim_code(0)
    'C00000000Z'
    """
    if not 0 <= drawn < 1 << BITS:
        raise ValueError(f"a code is drawn from {BITS} bits")
    signs = "".join(ALPHABET[drawn >> shift & 31] for shift in range(BITS - 5, -1, -5))
    return f"C{signs}{_check_sign(f'C{signs}')}"


def shown_code(code: str) -> str:
    """A kept code as it is printed.

    >>> shown_code("C00000000Z")
    'C-0000-0000-Z'
    """
    return f"{code[0]}-{code[1:5]}-{code[5:9]}-{code[9:]}"


def typed_code(text: str) -> str | None:
    """The kept form of what somebody typed, in any case, with O for 0 and I or L for 1; None when
    its check sign disagrees.

    >>> typed_code("c-oooo oooo-z")
    'C00000000Z'
    """
    signs = _NOT_A_SIGN.sub("", text.upper())
    body, check = signs[:1] + signs[1:-1].translate(_LOOKS_LIKE), signs[-1:]
    if _COMPACT.fullmatch(body + check) is None:
        return None
    right = _check_sign(body)
    alike = next((twins for twins in _TWINS if check in twins), check)
    return body + right if right in alike else None


def _check_sign(body: str) -> str:
    """ISO 7064 MOD 37,36, a hybrid system: two moduli, one sign."""
    size = len(_CHECKED)
    rest = size
    for sign in body:
        rest = (rest + _CHECKED.index(sign)) % size or size
        rest = rest * 2 % (size + 1)
    return _CHECKED[(1 - rest) % size]
