"""Which texts are one e-mail address, and which words may be kept of a server's reply."""

import pytest

from queue_server.core.mail import Mailer, is_address


@pytest.mark.parametrize(
    "text",
    ["ana@example.org", "a.b+c_d-e@mail.example.org", "x@a-b.example", f"{'a' * 64}@example.org"],
)
def test_an_ordinary_address_is_taken(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ana",
        "ana@",
        "@example.org",
        "ana@localhost",
        "ana@example.org, eva@example.org",
        "ana@example.org;eva@example.org",
        "Ana <ana@example.org>",
        "ana@example.org\n",
        "ana@example.org\r\nBcc: eva@example.org",
        "ana@example.org> SIZE=1",
        "ana ana@example.org",
        "a..b@example.org",
        ".a@example.org",
        "ana@example..org",
        "ana@-example.org",
        "ana@[127.0.0.1]",
        '"ana"@example.org',
        "ana@@example.org",
        "ana\0@example.org",
        "añá@example.org",
        f"{'a' * 65}@example.org",
        f"a@{'b' * 63}.{'c' * 63}.{'d' * 63}.{'e' * 63}.org",
    ],
)
def test_anything_else_is_not(text: str) -> None:
    assert not is_address(text)


def test_a_mailer_with_a_bad_sender_or_a_password_in_the_clear_is_not_built() -> None:
    with pytest.raises(ValueError, match="sender"):
        Mailer("127.0.0.1", 25, "nobody")
    with pytest.raises(ValueError, match="starttls"):
        Mailer("127.0.0.1", 25, "a@example.org", login=lambda: ("user", "password"))
