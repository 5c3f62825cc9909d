"""How releases are put in order, as teams really name them."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from releaseray.tracking.release_order import Release, ReleaseOrder
from releaseray.tracking.version import parse_version


def ordered(*names: str) -> list[str]:
    """The releases in order, when they were deployed in the order given, a second apart."""
    return list(ReleaseOrder(Release(name, float(time)) for time, name in enumerate(names)).names)


ASCENDING = {
    "semver.org, 11: its own example of precedence": [
        "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
        "1.0.0-rc.1", "1.0.0",
    ],
    "numbers compare as numbers": ["v1.2.0", "v1.9.0", "v1.10.0", "v2.0.0", "v10.0.0"],
    "a v and a missing patch number do not matter": ["v1.2", "1.2.1", "v1.3"],
    "PEP 440": ["1.0.dev1", "1.0a1", "1.0b2", "1.0rc1", "1.0", "1.0.post1", "1.1.dev1"],
    "Maven and Spring": ["2.0.0-SNAPSHOT", "2.0.0.M1", "2.0.0.RC1", "2.0.0.RELEASE", "2.0.1.RELEASE"],
    ".NET has four numbers": ["1.2.3.4", "1.2.3.10", "1.2.4.0"],
    "git describe counts commits after the tag": ["1.2.3", "1.2.3-2-gdeadbee", "1.2.3-14-g0abcdef", "1.2.4"],
    "names as Sentry's SDKs build them": ["shop@1.9.0", "shop@1.10.0-rc.1", "shop@1.10.0", "shop@2.0.0"],
    "scoped npm packages": ["@acme/shop@1.9.0", "@acme/shop@1.10.0"],
    "a word before the version": ["release-1.9.0", "release-1.10.0"],
    "dates": ["2024-01-15-abc", "2024-01-16", "2024-02-01", "2025-01-01"],
    "dates without separators": ["20240115", "20240115.2", "20240116"],
    "calendar versions": ["2024.1", "2024.2.0-rc.1", "2024.2", "2024.10", "2025.1"],
    "build numbers": ["9", "10", "142"],
    "digits beyond a machine word": ["1.0.123456789012345678", "1.0.123456789012345679"],
}  # fmt: skip


@pytest.mark.parametrize(("reason", "names"), ASCENDING.items())
def test_versions_of_one_scheme_go_by_version_whatever_the_deploys(reason: str, names: list[str]) -> None:
    assert ordered(*names) == names, reason
    assert ordered(*reversed(names)) == names, reason


@pytest.mark.parametrize(
    ("reason", "deployed", "expected"),
    [
        ("shas have no order but their deploys'", ["9fceb02", "0a1b2c3", "ffffff1"], ["9fceb02", "0a1b2c3", "ffffff1"]),
        ("code names neither", ["zebra", "aardvark"], ["zebra", "aardvark"]),
        ("SemVer 10: build metadata does not order", ["1.0.0+b", "1.0.0+a"], ["1.0.0+b", "1.0.0+a"]),
        ("a sha behind the version is build metadata too",
         ["1.0.0-f00ba47", "1.0.0-0abcde1"], ["1.0.0-f00ba47", "1.0.0-0abcde1"]),
        ("so is a build in brackets, as on phones", ["1.0.0 (9)", "1.0.0 (4)"], ["1.0.0 (9)", "1.0.0 (4)"]),
        ("two builds of a day", ["2024-01-15-zzz", "2024-01-15-abc"], ["2024-01-15-zzz", "2024-01-15-abc"]),
        ("a backport sits before what it was split from", ["8.0.0", "8.1.0", "8.0.1"], ["8.0.0", "8.0.1", "8.1.0"]),
        ("shas, then versions", ["9fceb02", "0a1b2c3", "1.0.0", "1.1.0"], ["9fceb02", "0a1b2c3", "1.0.0", "1.1.0"]),
        ("versions, then shas", ["1.0.0", "1.1.0", "9fceb02"], ["1.0.0", "1.1.0", "9fceb02"]),
        ("dates, then versions that start at 1", ["2024.1", "2024.2", "1.0.0"], ["2024.1", "2024.2", "1.0.0"]),
        ("a hotfix named otherwise stands where it shipped",
         ["1.0.0", "hotfix", "1.1.0"], ["1.0.0", "hotfix", "1.1.0"]),
        ("a backport after a sha stays a backport",
         ["8.0", "8.1", "9fceb02", "8.0.1"], ["8.0", "8.0.1", "8.1", "9fceb02"]),
        ("a backport after the scheme changed", ["8.0", "8.1", "2024.1", "8.0.1"], ["8.0", "8.0.1", "8.1", "2024.1"]),
        ("two packages of one service go by deploy",
         ["web@2.0", "api@1.0", "web@2.1"], ["web@2.0", "api@1.0", "web@2.1"]),
        ("an impossible date is a name", ["2024-13-45", "2024-12-01"], ["2024-13-45", "2024-12-01"]),
        ("a long number is an id, not a version", ["99999999", "10000001"], ["99999999", "10000001"]),
    ],
)  # fmt: skip
def test_what_versions_leave_open_goes_by_first_deploy(reason: str, deployed: list[str], expected: list[str]) -> None:
    assert ordered(*deployed) == expected, reason


@pytest.mark.parametrize("name", ["", "latest", "main", "9fceb02d0ae598e95dc970b74767f19372d61af8", "12ab34f", "1..2"])
def test_opaque_names_have_no_version(name: str) -> None:
    assert parse_version(name) is None


def test_a_rollback_does_not_make_old_code_new() -> None:
    """The first deploy of a name counts, also when the caller lists a later one as well."""
    order = ReleaseOrder([Release("bbb", 2.0), Release("aaa", 1.0), Release("aaa", 3.0)])
    assert order.names == ("aaa", "bbb")


def test_neighbours_and_newest() -> None:
    order = ReleaseOrder(Release(name, float(time)) for time, name in enumerate(["1.0", "1.1", "1.2"]))
    assert order.newest == "1.2"
    assert order.previous("1.2") == "1.1"
    assert order.previous("1.2", among=["1.0"]) == "1.0"
    assert order.previous("1.0") is None
    assert order.newest_of(["1.1", "1.0"]) == "1.1"
    assert order.is_older("1.0", "1.1")
    assert not order.is_older("1.1", "1.1")
    assert "1.3" not in order
    assert "1.3" in order.including(Release("1.3", 9.0))
    assert ReleaseOrder([]).newest is None


NAMES = st.sampled_from(
    ["1.0", "1.0.0", "1.1", "1.0.1", "2.0-rc.1", "2.0", "1.0+a", "2024.1", "2024.2", "2023-05-01", "9fceb02", "abc",
     "shop@1.0", "shop@0.9", "17"]
)  # fmt: skip


@given(st.dictionaries(NAMES, st.integers(0, 8).map(float), min_size=2))
def test_the_order_is_total_and_respects_versions_and_deploys(deployed: dict[str, float]) -> None:
    order = ReleaseOrder(Release(name, time) for name, time in deployed.items())
    assert sorted(order.names) == sorted(deployed)
    for older, newer in itertools.combinations(order.names, 2):
        one, other = parse_version(older), parse_version(newer)
        if one and other and one.family == other.family:
            assert one.key <= other.key
        elif one is None and other is None:
            assert deployed[older] <= deployed[newer]


@given(st.text(max_size=60))
def test_no_name_breaks_the_parser(name: str) -> None:
    assert name in ReleaseOrder([Release(name, 1.0), Release("1.0", 0.0)])
