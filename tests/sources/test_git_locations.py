"""What may be named as a repository, and what its page on the web is."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from releaseray.sources import SourceError
from releaseray.sources.git_forges import compare_url, name_of, web_url
from releaseray.sources.git_locations import check_location, without_credentials


def test_a_path_inside_the_allowed_ones_is_accepted_and_resolved(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "app")
    for location in (tmp_path / "app", tmp_path / "link", f"file://{tmp_path}/app", tmp_path / "x" / ".." / "app"):
        (tmp_path / "x").mkdir(exist_ok=True)
        assert check_location(str(location), [tmp_path]).path == (tmp_path / "app").resolve()


def test_a_path_outside_is_refused_like_one_that_does_not_exist(tmp_path: Path) -> None:
    (tmp_path / "allowed").mkdir()
    for location in ("/etc", f"{tmp_path}/allowed/../..", f"{tmp_path}/allowed/none", "file:///etc"):
        with pytest.raises(SourceError, match="does not exist, or is outside"):
            check_location(location, [tmp_path / "allowed"])


def test_a_neighbour_with_a_longer_name_is_outside(tmp_path: Path) -> None:
    (tmp_path / "repos").mkdir()
    (tmp_path / "repos-secret").mkdir()
    with pytest.raises(SourceError, match="outside"):
        check_location(str(tmp_path / "repos-secret"), [tmp_path / "repos"])


def test_where_no_path_is_allowed_none_is_looked_at() -> None:
    with pytest.raises(SourceError, match="reads no repositories from paths"):
        check_location("/srv/app", [])


@pytest.mark.parametrize(
    ("location", "shown", "host", "port"),
    [
        ("https://github.com/acme/app.git", "https://github.com/acme/app.git", "github.com", 443),
        ("https://GitHub.com/acme/app/", "https://github.com/acme/app", "github.com", 443),
        ("http://git.acme.test:8080/app", "http://git.acme.test:8080/app", "git.acme.test", 8080),
        ("ssh://git@acme.test:2222/app.git", "ssh://git@acme.test:2222/app.git", "acme.test", 2222),
        ("git://acme.test/app", "git://acme.test/app", "acme.test", 9418),
        ("https://[2001:db8::1]/app", "https://[2001:db8::1]/app", "2001:db8::1", 443),
        ("git@github.com:acme/app.git", "git@github.com:acme/app.git", "github.com", 22),
        ("acme.test:app", "acme.test:app", "acme.test", 22),
    ],
)
def test_urls_are_accepted(location: str, shown: str, host: str, port: int) -> None:
    where = check_location(location)
    assert (where.url, where.host, where.port, where.credentials) == (shown, host, port, None)


def test_credentials_are_taken_out_of_the_url_and_never_shown() -> None:
    where = check_location("https://jane:s%40fe@acme.test/app.git")
    assert where.url == str(where) == "https://acme.test/app.git"
    assert where.credentials == "jane:s@fe"
    assert where.authorization == "Basic amFuZTpzQGZl"
    assert "s@fe" not in repr(where)
    assert where.complete == "https://jane:s%40fe@acme.test/app.git"
    token = check_location("https://TOKEN@acme.test/app")
    assert (token.credentials, token.complete) == ("TOKEN:", "https://TOKEN@acme.test/app")
    assert check_location(where.complete) == where


@pytest.mark.parametrize(
    "location",
    [
        "", " ", "app", "./app", "../app", "~/app", "-u/acme", "--upload-pack=touch /tmp/x",
        "ext::sh -c touch% /tmp/x", "fd::17", "testgit::/srv/app", "transport::https://acme.test/app",
        "ftp://acme.test/app", "javascript://acme.test/app", "https://", "https:///app", "https://acme.test",
        "https://acme.test/", "https://acme.test/app?x=1", "https://acme.test/app#x", "https://acme.test/a pp",
        "https://acme.test/app\n", "https://acme.test/\x00", "https://-acme.test/app", "ssh://-oProxyCommand=x/app",
        "ssh://-oProxyCommand=x@acme.test/app", "ssh://a:b@acme.test/app", "-oProxyCommand=x:app", "-x@acme.test:app",
        "acme.test:", "acme.test::app", "acme.test:a\nb", "file://acme.test/srv/app", "https://acme.test:99999/app",
        "https://ac\\me.test/app", "https://u\r\nX: y@acme.test/app", "https://u%0d%0aX:y@acme.test/app",
        "/srv/\x00", "https://acme.test/" + "x" * 3_000,
    ],
)  # fmt: skip
def test_what_is_no_location_is_refused(location: str) -> None:
    with pytest.raises(SourceError):
        check_location(location, [Path("/nowhere")])


def test_errors_do_not_repeat_credentials() -> None:
    for location in ("ftp://jane:secret@acme.test/app", "https://jane:secret@acme.test/a b", "x://jane:secret@/@acme"):
        with pytest.raises(SourceError) as error:
            check_location(location)
        assert "secret" not in str(error.value)
    assert (
        without_credentials("see https://a:b@acme.test/x and http://c@d.test")
        == "see https://acme.test/x and http://d.test"
    )


@given(st.text(max_size=60))
def test_every_text_is_a_location_or_refused(text: str) -> None:
    with contextlib.suppress(SourceError):
        where = check_location(text, [Path("/nowhere")])
        assert where.url
        assert not where.url.startswith("-")
        assert where.scheme in ("https", "http", "ssh", "git")


@pytest.mark.parametrize(
    ("remote", "page"),
    [
        ("git@github.com:acme/app.git", "https://github.com/acme/app"),
        ("https://github.com/acme/app.git", "https://github.com/acme/app"),
        ("https://user:token@github.com/acme/app/", "https://github.com/acme/app"),
        ("ssh://git@ssh.github.com:443/acme/app.git", "https://github.com/acme/app"),
        ("git://github.com/acme/app.git", "https://github.com/acme/app"),
        ("git+ssh://git@github.com/acme/app", "https://github.com/acme/app"),
        ("git@gitlab.com:group/sub/app.git", "https://gitlab.com/group/sub/app"),
        ("ssh://git@git.acme.test:2222/team/app.git", "https://git.acme.test/team/app"),
        ("http://gitea.acme.test:3000/team/app", "http://gitea.acme.test:3000/team/app"),
        ("git@bitbucket.org:team/app.git", "https://bitbucket.org/team/app"),
        ("git@ssh.dev.azure.com:v3/org/project/app", "https://dev.azure.com/org/project/_git/app"),
        ("/srv/git/app.git", None),
        ("../app", None),
        ("C:/repos/app", None),
        ("ext::sh -c x", None),
        ("", None),
        ("javascript://acme/app", None),
    ],
)
def test_a_remotes_page(remote: str, page: str | None) -> None:
    assert web_url(remote) == page


def test_the_full_name_is_the_pages_path() -> None:
    assert name_of("https://gitlab.com/group/sub/app") == "group/sub/app"


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("https://github.com/acme/app", "https://github.com/acme/app/compare/v1...v2%2B1"),
        ("https://gitlab.com/g/app", "https://gitlab.com/g/app/-/compare/v1...v2%2B1"),
        ("https://gitlab.acme.test/g/app", "https://gitlab.acme.test/g/app/-/compare/v1...v2%2B1"),
        ("https://codeberg.org/acme/app", "https://codeberg.org/acme/app/compare/v1...v2%2B1"),
        ("https://bitbucket.org/acme/app", "https://bitbucket.org/acme/app/branches/compare/v2%2B1%0Dv1"),
        (None, None),
    ],
)
def test_the_page_that_compares_two_tags(page: str | None, expected: str | None) -> None:
    assert compare_url(page, "v1", "v2+1") == expected


def test_tags_are_quoted_in_addresses() -> None:
    assert compare_url("https://github.com/a/b", "pkg/v1#x", "@acme/ui@2") == (
        "https://github.com/a/b/compare/pkg%2Fv1%23x...%40acme%2Fui%402"
    )
