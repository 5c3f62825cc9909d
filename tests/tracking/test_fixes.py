"""Which texts claim a fix."""

import pytest

from releaseray.tracking.fixes import find_fixes

A, B = "err_01HF3K9Z", "err_01HF3K9A"
LINK = f"https://ray.example/errors/{A}"


@pytest.mark.parametrize(
    ("text", "claimed"),
    [
        (f"Fixes {A}", (A,)),
        (f"fix: cart\n\nFixes: {A}, {B} and {A}.", (A, B)),
        (f"Closes {LINK}", (A,)),
        (f"resolved <{LINK}?from=mail>.", (A,)),
        (f"Fixed [{A}]({LINK})", (A,)),
        (f"Fixes #12, {A}", (A,)),
        (f"fixes error `{A}`", (A,)),
        (f"See {A}", ()),
        (f"{LINK}", ()),
        (f"This does not fix {A}", ()),
        (f"Partially fixes {A}", ()),
        (f"prefixes {A}", ()),
        (f"> Fixes {A}", ()),
        (f'Revert "Cart: fixes {A}"', ()),
        ("Fixes err_", ()),
        (f"Fixes https://elsewhere.example/errors/{A}", ()),
        (f"Fixes https://ray.example@elsewhere.example/errors/{A}", ()),
        ("", ()),
    ],
)
def test_claims(text: str, claimed: tuple[str, ...]) -> None:
    assert find_fixes(text, hosts=["ray.example"]) == claimed


def test_any_host_will_do_when_none_is_named() -> None:
    assert find_fixes(f"Fixes https://elsewhere.example/errors/{A}") == (A,)
