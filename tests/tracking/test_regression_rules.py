"""The rules of regression, one row a case, each with its reason."""

import pytest

from releaseray.tracking.error_state import Resolution, ResolvedIn, Sighting
from releaseray.tracking.regression import is_regression
from releaseray.tracking.release_order import Release, ReleaseOrder

NOW, RELEASE, NEXT = ResolvedIn.NOW, ResolvedIn.RELEASE, ResolvedIn.NEXT_RELEASE
RESOLVED_AT = 1000.25

CONTRACT = "the contract: an event in the release that fixed an error, or in a later one, is a regression"
OLDER = "the contract: an event from an older release is none"

# Deploys: what shipped, in this order, ten seconds apart from 0 on. Then: how it was resolved and in which release (for
# NOW and NEXT the newest at that moment), the event's release and its time against the resolution's, the verdict.
ROWS = [
    (CONTRACT, "1.0 1.1 1.2", RELEASE, "1.1", "1.1", +5, True),
    (CONTRACT + ": later", "1.0 1.1 1.2", RELEASE, "1.1", "1.2", +5, True),
    (OLDER, "1.0 1.1 1.2", RELEASE, "1.1", "1.0", +5, False),
    ("the release decides, not the event's clock: delivered late, it still has the fix",
     "1.0 1.1", RELEASE, "1.1", "1.1", -5, True),
    ("old code may run for ever: years later it is still no regression", "1.0 1.1", RELEASE, "1.1", "1.0", +9e7, False),
    ("issue 5: fixed in 8.1, then 8.0.1 ships: a backport line without the fix",
     "8.0 8.1 8.0.1", RELEASE, "8.1", "8.0.1", +5, False),
    ("fixed in the backport: the release it was made for has it", "8.0 8.1 8.0.1", RELEASE, "8.0.1", "8.0.1", +5, True),
    ("fixed in 8.0.1: by version 8.1 is later, though it shipped earlier",
     "8.0 8.1 8.0.1", RELEASE, "8.0.1", "8.1", +5, True),
    ("9.0 is later than the fix in 8.1, whatever backports came between",
     "8.1 8.0.1 9.0", RELEASE, "8.1", "9.0", +5, True),
    ("SemVer 11: 1.10 is later than 1.9", "1.9.0 1.10.0", RELEASE, "1.9.0", "1.10.0", +5, True),
    ("SemVer 11: and 1.9 earlier than 1.10", "1.9.0 1.10.0", RELEASE, "1.10.0", "1.9.0", +5, False),
    ("SemVer 11: a prerelease comes before its release", "2.0.0-rc.1 2.0.0", RELEASE, "2.0.0", "2.0.0-rc.1", +5, False),
    ("SemVer 11: the release comes after the prerelease that fixed it",
     "2.0.0-rc.1 2.0.0", RELEASE, "2.0.0-rc.1", "2.0.0", +5, True),
    ("SemVer 11: rc.2 is before rc.11", "2.0-rc.2 2.0-rc.11", RELEASE, "2.0-rc.11", "2.0-rc.2", +5, False),
    ("a prerelease of the NEXT version is later than this version",
     "1.0.0 1.1.0-beta", RELEASE, "1.0.0", "1.1.0-beta", +5, True),
    ("SemVer 10: of two builds of a version the later deploy is later",
     "1.0+1 1.0+2", RELEASE, "1.0+2", "1.0+1", +5, False),
    ("the same the other way round", "1.0+1 1.0+2", RELEASE, "1.0+1", "1.0+2", +5, True),
    ("PEP 440: a post-release comes after", "1.0 1.0.post1", RELEASE, "1.0", "1.0.post1", +5, True),
    ("dates order as dates, though February shipped again last",
     "2024-03-01 2024-02-01", RELEASE, "2024-03-01", "2024-02-01", +5, False),
    ("the seed's date version with a suffix",
     "2024-01-15-abc 2024-01-16-aaa", RELEASE, "2024-01-15-abc", "2024-01-16-aaa", +5, True),
    ("two builds of a day go by deploy",
     "2024-01-15-z 2024-01-15-a", RELEASE, "2024-01-15-a", "2024-01-15-z", +5, False),
    ("calendar versions", "2024.9 2024.10", RELEASE, "2024.9", "2024.10", +5, True),
    ("shas go by first deploy", "fffffff1 aaaaaaa1", RELEASE, "fffffff1", "aaaaaaa1", +5, True),
    ("shas go by first deploy: the one before", "fffffff1 aaaaaaa1", RELEASE, "aaaaaaa1", "fffffff1", +5, False),
    ("a scheme that changed: versions after shas are later", "fffffff1 1.0.0", RELEASE, "fffffff1", "1.0.0", +5, True),
    ("a scheme that changed: a sha from before is older", "fffffff1 1.0.0", RELEASE, "1.0.0", "fffffff1", +5, False),
    ("dates gave way to versions: 1.0 is later than 2024.1", "2024.1 1.0.0", RELEASE, "2024.1", "1.0.0", +5, True),
    ("a backport after the scheme changed is still one", "8.0 8.1 fffffff1 8.0.1", RELEASE, "8.1", "8.0.1", +5, False),
    ("a hotfix with a name of its own shipped after the fix", "1.0 1.1 hotfix", RELEASE, "1.1", "hotfix", +5, True),
    ("Sentry's package@version is ordered by the version",
     "shop@1.9 shop@1.10", RELEASE, "shop@1.9", "shop@1.10", +5, True),
    ("other packages of the service go by deploy", "web@5.0 api@1.0", RELEASE, "web@5.0", "api@1.0", +5, True),
    ("a v is decoration", "v1.0.0 1.1.0", RELEASE, "1.1.0", "v1.0.0", +5, False),
    ("fixed in a release that is not deployed yet: what runs has no fix", "1.0 1.1", RELEASE, "1.2", "1.1", +5, False),
    ("the same with a name that has no order", "1.0 1.1", RELEASE, "codename", "1.1", +5, False),
    ("not deployed yet, but something higher is", "1.0 2.0", RELEASE, "1.5", "2.0", +5, True),
    ("an event without a release proves nothing against a release", "1.0 1.1", RELEASE, "1.1", None, +5, False),
    ("next release: the newest at that moment does not have it", "1.0 1.1", NEXT, "1.1", "1.1", +5, False),
    ("next release: older ones neither", "1.0 1.1", NEXT, "1.1", "1.0", +5, False),
    ("next release: the one after has it", "1.0 1.1 1.2", NEXT, "1.1", "1.2", +5, True),
    ("next release: any later one too", "1.0 1.1 1.2 3.0", NEXT, "1.1", "3.0", +5, True),
    ("next release: a backport that ships next is older than what runs",
     "8.0 8.1 8.0.1", NEXT, "8.1", "8.0.1", +5, False),
    ("next release: a prerelease of it counts, it was built later", "1.1 1.2-rc.1", NEXT, "1.1", "1.2-rc.1", +5, True),
    ("next release, resolved before there was any: the first deploy after it", "1.0@101", NEXT, None, "1.0", +50, True),
    ("next release, resolved before any, event of one first deployed before", "1.0", NEXT, None, "1.0", +5, False),
    ("next release: an event without a release proves nothing", "1.0 1.1", NEXT, "1.1", None, +5, False),
    ("now: what happens in the running release afterwards came back", "1.0 1.1", NOW, "1.1", "1.1", +5, True),
    ("now: what happened before the click and arrives late did not", "1.0 1.1", NOW, "1.1", "1.1", -5, False),
    ("now: the API's times are whole seconds, the same second counts as after",
     "1.0 1.1", NOW, "1.1", "1.1", -0.25, True),
    ("now: the second before does not", "1.0 1.1", NOW, "1.1", "1.1", -1.25, False),
    (OLDER + ", also when resolved now", "1.0 1.1", NOW, "1.1", "1.0", +5, False),
    ("now: a release that came later has the fix whatever the client's clock says",
     "1.0 1.1 1.2", NOW, "1.1", "1.2", -5, True),
    ("now: a backport that ships later is older than what ran", "8.0 8.1 8.0.1", NOW, "8.1", "8.0.1", +5, False),
    ("now, by an event without a release: time is all there is", "1.0 1.1", NOW, "1.1", None, +5, True),
    ("now, without a release and late", "1.0 1.1", NOW, "1.1", None, -5, False),
    ("now, in a service that has no releases", "", NOW, None, None, +5, True),
    ("now, resolved when there was no release: time decides", "1.0", NOW, None, "1.0", -5, False),
]  # fmt: skip


def order_of(deploys: str) -> ReleaseOrder:
    """`1.0 1.1`: ten seconds apart from 0; `1.2@101`: a hundred and one times ten seconds."""
    releases = []
    for position, written in enumerate(deploys.split()):
        name, _, slot = written.rpartition("@") if written[-3:].isdigit() and "@" in written else (written, "", "")
        releases.append(Release(name, 10.0 * (int(slot) if slot else position)))
    return ReleaseOrder(releases)


@pytest.mark.parametrize(("reason", "deploys", "how", "fixed_in", "seen_in", "after", "verdict"), ROWS)
def test_rule(
    reason: str, deploys: str, how: ResolvedIn, fixed_in: str | None, seen_in: str | None, after: float, verdict: bool
) -> None:
    sighting = Sighting(RESOLVED_AT + after, "e", seen_in, "production", RESOLVED_AT + 1e8)
    assert is_regression(Resolution(how, RESOLVED_AT, fixed_in), sighting, order_of(deploys)) is verdict, reason


def test_there_are_enough_rows() -> None:
    assert len({row[0] for row in ROWS}) >= 50
