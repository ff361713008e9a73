"""PURE: the code on a claim slip: short enough to type, long enough that nobody guesses one."""

from stdnum.iso7064 import mod_37_36

# Crockford's base 32: no I, L, O, U, so that what is read is what was printed.
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SIGN_COUNT = 8
RANDOM_BYTES = 5


def claim_code(random: bytes) -> str:
    """The code of a claim from `RANDOM_BYTES` random bytes: 40 bits, check sign (ISO 7064).

    >>> claim_code(bytes(5))
    'C-0000-0000-Z'
    """
    value = int.from_bytes(random[:RANDOM_BYTES], "big")
    signs = "".join(_SIGNS[(value >> (5 * place)) & 31] for place in reversed(range(_SIGN_COUNT)))
    return f"C-{signs[:4]}-{signs[4:]}-{mod_37_36.calc_check_digit('C' + signs)}"
