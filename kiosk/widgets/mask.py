"""PURE: enough for the person to know their own, too little for who looks over a shoulder."""


def masked_email(email: str) -> str:
    """The first character and the domain.

    >>> masked_email("carmen@example.com")
    'c****@example.com'
    """
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}****@{domain}"
