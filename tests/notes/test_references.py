"""Pull requests and issues that messages name."""

import pytest

from releaseray.notes.references import References, references


@pytest.mark.parametrize(
    ("subject", "body", "found"),
    [
        ("Fix x (#12)", "Fixes #3, #4 and #5.", References(12, (3, 4, 5), ())),
        ("Fix x (#11) (#12)", "", References(12, (), ())),
        ("gh-12: thing (GH-13)", "", References(13, (), (12,))),
        ("x", "Fixes https://github.com/acme/app/issues/88\nPR-URL: https://github.com/acme/app/pull/99",
         References(99, (88,), ())),
        ("x", "Closes other/repo#9, resolves acme/app#7", References(None, (7,), ())),
        ("x", "See merge request acme/app!12", References(12, (), ())),
        ("x", "Closes #345 from bea/branch.", References(345, (), ())),
        ("x", "Reviewed-on: https://codeberg.org/acme/app/pulls/77", References(77, (), ())),
        ("Use prefix #3", "prefixes #12 are not closed", References(None, (), ())),
        ("ACME-12: fix", "ACME-13 and CVE-2024-1234", References(None, (), ())),
        ("Refs #5: part", "part of #6", References(None, (), (5, 6))),
    ],
)  # fmt: skip
def test_what_a_message_names(subject: str, body: str, found: References) -> None:
    assert references(subject, body, "acme/app") == found


def test_a_clone_without_remote_knows_itself_by_its_folder() -> None:
    assert references("x", "Fixes someone/app#7", "local/app").closes == (7,)
