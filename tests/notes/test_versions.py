"""Versions: what tags mean, how they are ordered, which tag comes before which."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from releaseray.notes.history import Tag
from releaseray.notes.versions import built_on, newest_release, parse_version, previous_tag, previous_tags, sort_key

DAY = 86_400


def tags(*names: str) -> list[Tag]:
    """Tags made a day after one another, each of its own commit."""
    return [Tag(name, f"{number:040x}", number * DAY) for number, name in enumerate(names)]


def named(name: str, among: list[Tag]) -> Tag:
    return next(tag for tag in among if tag.name == name)


@pytest.mark.parametrize(
    "ordered",
    [
        # The example of semver.org, section 11
        "1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0",
        "v0.9 v0.10 v1.0.0 v1.0.1 v1.2 v1.10 v2.0.0-0 v2.0.0-1 v2.0.0",
        # PEP 440
        "1.0.dev1 1.0a1 1.0a2 1.0b1 1.0rc1 1.0 1.0.post1 1.1",
        "4.1.90.Final 5.0.0.M1 5.0.0.M2 5.0.0.RC1 5.0.0.RELEASE",
        "2023.1.0 2023.10.0 2024.1.0",
        "2023-01-05 2023-01-12 2023-11-01",
        "8.0.4 8.0.4.1 8.0.4.2 8.0.5",
        "REL9_6_1 REL9_6_10 REL_17_BETA1 REL_17_RC1 REL_17_0 REL_17_1",
        "OpenSSL_1_1_1 OpenSSL_1_1_1a OpenSSL_1_1_1t OpenSSL_1_1_1u",
        "jdk-17+34 jdk-17+35 jdk-21+1",
        "1.0-SNAPSHOT 1.0",
        "latest nightly 1.0",
    ],
)
def test_names_sort_by_their_keys_as_plain_strings(ordered: str) -> None:
    names = ordered.split()
    assert sorted(set(names), key=sort_key) == names


@pytest.mark.parametrize(
    ("name", "family", "package"),
    [
        ("v1.2.3", "", ""),
        ("1.2.3", "", ""),
        ("release-1.2.3", "", ""),
        ("release/1.2.3", "", ""),
        ("rel_2_0_52", "", ""),
        ("pkg@1.2.0", "pkg", "pkg"),
        ("@acme/ui@2.0.0-beta.1", "@acme/ui", "@acme/ui"),
        ("libs/core/v1.2.0", "libs/core", "libs/core"),
        ("uv==0.1.0", "uv", "uv"),
        ("tokio-util-0.7.1", "tokio-util", "tokio-util"),
        ("curl-8_1_0", "curl", "curl"),
        ("go1.21.3", "go", "go"),
        ("python3-foo-1.2", "python3-foo", "python3-foo"),
        ("31.1-jre", "jre", ""),
        ("v7.2.0-ember-source", "ember-source", ""),
    ],
)
def test_a_version_belongs_to_a_family(name: str, family: str, package: str) -> None:
    version = parse_version(name)
    assert version
    assert (version.family, version.package) == (family, package)


@pytest.mark.parametrize("name", ["latest", "nightly", "", "main", "1.0foo2", "v" * 2_000 + "1.0"])
def test_what_is_no_version_is_none(name: str) -> None:
    assert parse_version(name) is None


@pytest.mark.parametrize(
    "name", ["1.0.0-rc.1", "1.0b2", "2.0.0-next.5", "5.0.0.M2", "1.0-SNAPSHOT", "v2.0.0-0", "17-ea"]
)
def test_prereleases_are_known(name: str) -> None:
    version = parse_version(name)
    assert version
    assert version.prerelease


def test_a_stable_version_follows_the_stable_one_and_rolls_up_its_prereleases() -> None:
    known = tags("v1.9.0", "v2.0.0-alpha.1", "v1.9.1", "v2.0.0-beta.1", "v2.0.0-rc.1", "v2.0.0")
    assert previous_tag(named("v2.0.0", known), known) == named("v1.9.1", known)


def test_a_prerelease_follows_whatever_is_right_below_it() -> None:
    known = tags("v1.9.0", "v2.0.0-alpha.1", "v2.0.0-beta.1")
    assert previous_tag(named("v2.0.0-beta.1", known), known) == named("v2.0.0-alpha.1", known)
    assert previous_tag(named("v2.0.0-alpha.1", known), known) == named("v1.9.0", known)


def test_a_maintenance_release_follows_its_own_line() -> None:
    known = tags("v1.0.0", "v1.1.0", "v2.0.0", "v1.1.1")
    assert previous_tag(named("v1.1.1", known), known) == named("v1.1.0", known)


def test_versions_of_other_packages_do_not_count() -> None:
    known = tags("ui@1.0.0", "core@1.1.0", "ui@1.1.0", "core@1.2.0", "v3.0.0")
    assert previous_tag(named("core@1.2.0", known), known) == named("core@1.1.0", known)
    assert previous_tag(named("ui@1.0.0", known), known) is None


def test_a_changed_prefix_is_the_same_family() -> None:
    known = tags("release-1.0", "v1.1", "1.2")
    assert [tag.name for tag in previous_tags(named("1.2", known), known)] == ["v1.1", "release-1.0"]


def test_the_first_version_follows_nothing() -> None:
    known = tags("v1.0.0-rc.1", "v1.0.0")
    assert previous_tag(named("v1.0.0", known), known) is None


def test_a_moving_major_tag_on_the_same_commit_is_not_before_it() -> None:
    known = [Tag("v4.0.0", "a" * 40, DAY), Tag("v4.1.0", "b" * 40, 2 * DAY), Tag("v4", "b" * 40, 3 * DAY)]
    assert previous_tag(known[1], known) == known[0]


def test_tags_without_versions_go_by_date() -> None:
    known = tags("spring", "summer", "v1.0", "autumn")
    assert previous_tag(named("autumn", known), known) == named("summer", known)


def test_the_newest_release_is_the_highest_stable_version() -> None:
    assert newest_release(tags("v1.0", "v2.0", "v3.0-rc1", "v1.1", "nightly")) == named("v2.0", tags("v1.0", "v2.0"))


def test_without_a_stable_version_the_newest_prerelease_counts() -> None:
    newest = newest_release(tags("v0.1-beta", "v0.1-alpha", "nightly"))
    assert newest
    assert newest.name == "v0.1-beta"


def test_a_version_mistyped_long_ago_is_not_the_newest_release() -> None:
    tags = [Tag("0.16.4", "a" * 40, 0), Tag("016.5", "b" * 40, DAY), Tag("3.3.0", "c" * 40, 2500 * DAY)]
    newest = newest_release(tags)
    assert newest is not None
    assert newest.name == "3.3.0"


def test_the_newest_release_is_the_whole_repositorys_while_it_has_any() -> None:
    known = tags("v1.0", "core@5.0", "ui@7.0")
    assert newest_release(known) == known[0]
    given_up = [Tag("v1.0", "a" * 40, 0), Tag("ui@7.0", "b" * 40, 500 * DAY), Tag("ui@7.1", "c" * 40, 501 * DAY)]
    assert newest_release(given_up) == given_up[2]


def test_no_tags_no_release() -> None:
    assert newest_release([]) is None
    only = tags("nightly")
    assert newest_release(only) == only[0]


NUMBERS = st.lists(st.integers(0, 10**12), min_size=1, max_size=5)
NAMES = st.one_of(
    st.text(string.printable, max_size=30),
    st.builds(
        "{}{}{}".format,
        st.sampled_from(["", "v", "release-", "pkg@", "pkg/v", "Ünï@"]),
        NUMBERS.map(lambda numbers: ".".join(map(str, numbers))),
        st.sampled_from(["", "-rc.1", "b2", ".post1", "+build", ".Final", "-1", "t"]),
    ),
)


@given(st.lists(NAMES, unique=True))
def test_the_order_is_total(names: list[str]) -> None:
    keys = [sort_key(name) for name in names]
    assert len(set(keys)) == len(names)


@given(NUMBERS, NUMBERS)
def test_the_order_is_the_numbers_order(left: list[int], right: list[int]) -> None:
    width = max(len(left), len(right))
    padded = [[*numbers, *[0] * (width - len(numbers))] for numbers in (left, right)]
    first, second = (parse_version("v" + ".".join(map(str, numbers))) for numbers in (left, right))
    assert first
    assert second
    assert (first.precedence < second.precedence) == (padded[0] < padded[1])
    assert (first.precedence == second.precedence) == (padded[0] == padded[1])


@given(st.lists(NAMES, unique=True, min_size=1), st.data())
def test_what_comes_before_is_lower_and_of_the_same_family(names: list[str], data: st.DataObject) -> None:
    known = tags(*names)
    tag = data.draw(st.sampled_from(known))
    version = parse_version(tag.name)
    for before in previous_tags(tag, known) if version else []:
        parsed = parse_version(before.name)
        assert parsed
        assert version
        assert parsed.family == version.family
        assert sort_key(before.name) < sort_key(tag.name)


def test_the_release_before_is_one_built_on_unless_that_is_long_ago() -> None:
    candidates = [Tag(f"v1.{minor}.0", f"{minor:040x}", minor) for minor in range(40, 0, -1)]
    assert built_on(candidates, {"v1.38.0", "v1.3.0"}) == candidates[2]
    assert built_on(candidates, {"v1.3.0"}) == candidates[0]
    assert built_on(candidates, set()) == candidates[0]
    assert built_on([], {"v1.0.0"}) is None


def test_versions_by_day_are_no_higher_than_versions_by_number() -> None:
    both = [Tag("2017-02-27", "1" * 40, 1_488_000_000), Tag("v1.150.0", "2" * 40, 1_790_000_000)]
    assert newest_release(both) == both[1]
    assert previous_tags(both[1], both) == []
