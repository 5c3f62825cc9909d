"""Repositories at URLs: mirrored, followed, healed, and reached with nothing but what was checked."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.ports import free_port
from tests.sources.repos import Repo, history, there
from tests.sources.served import Served

from releaseray.sources import Compare, SourceError
from releaseray.sources.git import GitSource


async def names(source: GitSource) -> list[str]:
    return [tag.name for tag in await source.tags()]


async def test_a_url_is_fetched_once_and_then_when_asked(repo: Repo, server: Served, mirror: Path) -> None:
    source = GitSource(server.url(), mirror)
    assert await names(source) == ["v1.1", "v1.0"]
    about = await source.describe()
    assert (about.full_name, about.default_branch) == ("team/app", "main")
    found = await history(source, repo, "v1.0", "v1.1")
    assert [commit.subject for commit in found.commits] == ["Next"]
    asked = len(server.seen)
    repo.commit("More")
    repo.tag("v1.2")
    assert await names(GitSource(server.url(), mirror)) == ["v1.1", "v1.0"]
    assert len(server.seen) == asked
    await source.refresh()
    assert await names(source) == ["v1.2", "v1.1", "v1.0"]
    assert await source.head() == repo.sha("v1.2")


async def test_moved_and_deleted_tags_and_branches_are_followed(repo: Repo, server: Served, mirror: Path) -> None:
    repo.git("branch", "dir")
    source = GitSource(server.url(), mirror)
    old = (await source.tags())[0].sha
    repo.git("tag", "-d", "v1.0")
    repo.git("branch", "-D", "dir")
    repo.git("branch", "dir/inside")
    repo.git("switch", "-q", "-c", "trunk")
    repo.git("reset", "-q", "--hard", "HEAD^")
    repo.git("branch", "-D", "main")
    repo.commit("Other")
    repo.git("tag", "-f", "-m", "moved", "-a", "v1.1")
    await source.refresh()
    assert await names(source) == ["v1.1"]
    assert (await source.tags())[0].sha == repo.sha("HEAD") == await source.head()
    assert (await source.describe()).default_branch == "trunk"
    # A range that was made before still has its commits
    kept = await source.history(Compare(from_tag=None, from_sha=None, to_tag="v1.1", to_sha=old))
    assert [commit.subject for commit in kept.commits] == ["Next", "Start"]


async def test_a_sha256_remote_is_fetched(tmp_path: Path, server: Served, mirror: Path) -> None:
    new = Repo(tmp_path / "srv" / "new", "--object-format=sha256")
    new.commit("Start")
    new.tag("v1")
    source = GitSource(server.url("new/.git"), mirror)
    assert (await source.describe()).full_name == "127.0.0.1/new"
    assert [len(tag.sha) for tag in await source.tags()] == [64]
    await source.refresh()
    assert await source.head() == new.sha("HEAD")


async def test_an_empty_remote_has_no_tags_and_may_fill(tmp_path: Path, server: Served, mirror: Path) -> None:
    new = Repo(tmp_path / "srv" / "new")
    source = GitSource(server.url("new/.git"), mirror)
    assert await source.tags() == []
    with pytest.raises(SourceError, match="no commits"):
        await source.head()
    new.commit("Start")
    await source.refresh()
    assert await source.head() == new.sha("HEAD")


async def test_credentials_travel_as_a_header_only(
    server: Served, mirror: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server.needs = "Basic amFuZTpzZWNyZXQ="
    source = GitSource(server.url(login="jane:secret@"), mirror)
    assert await names(source) == ["v1.1", "v1.0"]
    assert not _holds(mirror, b"secret")
    assert (await source.describe()).web_url == f"http://127.0.0.1:{server.server_port}/team/app"
    server.needs = "Basic other"
    with pytest.raises(SourceError, match="asks for credentials") as error:
        await source.refresh()
    assert "secret" not in f"{error.value}{error.value.__cause__}{caplog.text}"


def _holds(folder: Path, what: bytes) -> bool:
    return any(what in path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_a_header_that_is_asked_for_anew_at_each_fetch(server: Served, mirror: Path) -> None:
    tokens = iter(["Basic one", "Basic two"])

    async def renewed() -> str:
        server.needs = next(tokens)
        return server.needs

    source = GitSource(server.url(), mirror, authorization=renewed)
    await source.refresh()
    await source.refresh()
    assert await names(source) == ["v1.1", "v1.0"]
    assert next(tokens, None) is None


async def test_nobody_is_asked_for_a_password(server: Served, mirror: Path) -> None:
    server.needs = "Basic xyz"
    with pytest.raises(SourceError, match="access"):
        await GitSource(server.url(), mirror).tags()


@pytest.mark.parametrize(
    ("status", "said"), [(404, "no such repository"), (403, "credentials"), (503, "cannot be reached")]
)
async def test_refusals_say_what_to_do(status: int, said: str, server: Served, mirror: Path) -> None:
    server.fails_with = status
    with pytest.raises(SourceError, match=said):
        await GitSource(server.url(), mirror).tags()


async def test_an_unreachable_host_says_so_and_the_mirror_stays(repo: Repo, server: Served, mirror: Path) -> None:
    source = GitSource(server.url(), mirror)
    await source.tags()
    server.fails_with = 500
    with pytest.raises(SourceError, match="cannot be reached"):
        await source.refresh()
    assert await names(source) == ["v1.1", "v1.0"]
    with pytest.raises(SourceError, match="cannot be reached"):
        await GitSource(f"http://127.0.0.1:{free_port()}/app", mirror.with_name("other")).tags()
    with pytest.raises(SourceError, match=r"not known|cannot be reached"):
        await GitSource("https://no-such-host.invalid/app", mirror.with_name("third")).tags()


async def test_the_operators_check_decides_where_a_name_leads(server: Served, mirror: Path) -> None:
    asked = []

    async def to_this_machine(host: str, port: int) -> Sequence[str]:
        asked.append((host, port))
        return ["127.0.0.1"]

    url = f"http://git.acme.test:{server.server_port}/team/app/.git"
    assert await names(GitSource(url, mirror, check_host=to_this_machine)) == ["v1.1", "v1.0"]
    assert asked == [("git.acme.test", server.server_port)]


async def test_the_operators_check_may_refuse(server: Served, mirror: Path) -> None:
    async def refuse(host: str, port: int) -> Sequence[str]:
        raise SourceError(f"{host} leads to a loopback address.")

    with pytest.raises(SourceError, match="loopback"):
        await GitSource(server.url(), mirror, check_host=refuse).tags()
    assert server.seen == []


async def test_a_redirect_is_followed_only_where_no_check_is_asked_for(server: Served, mirror: Path) -> None:
    async def allow(host: str, port: int) -> Sequence[str]:
        return [host]

    server.moved_to = f"http://127.0.0.1:{server.server_port}/moved"
    assert await names(GitSource(server.url(), mirror)) == ["v1.1", "v1.0"]
    with pytest.raises(SourceError, match="redirect"):
        await GitSource(server.url(), mirror.with_name("checked"), check_host=allow).tags()


async def test_a_host_that_redirects_to_the_address_with_git_is_read(server: Served, mirror: Path, repo: Repo) -> None:
    async def allow(host: str, port: int) -> Sequence[str]:
        return [host]

    repo.git("clone", "-q", "--bare", ".", "../bare.git")
    server.forwards = ("/team/bare/", "/team/bare.git/")
    assert await names(GitSource(server.url("team/bare"), mirror, check_host=allow)) == ["v1.1", "v1.0"]


async def test_the_operators_configuration_is_honoured(server: Served, mirror: Path, tmp_path: Path) -> None:
    config = tmp_path / "operator"
    config.write_text(f'[url "{server.url("team/app")}"]\n\tinsteadOf = http://short.acme.test/app\n')
    source = GitSource("http://short.acme.test/app/.git", mirror, operator_config=config)
    assert await names(source) == ["v1.1", "v1.0"]


async def test_another_url_in_the_same_place_starts_over(tmp_path: Path, server: Served, mirror: Path) -> None:
    other = Repo(tmp_path / "srv" / "other")
    other.commit("Other")
    other.tag("other")
    await GitSource(server.url(), mirror).tags()
    assert await names(GitSource(server.url("other/.git"), mirror)) == ["other"]


async def test_a_repository_that_is_too_big_is_refused_and_leaves_nothing(server: Served, mirror: Path) -> None:
    with pytest.raises(SourceError, match="larger than this server takes"):
        await GitSource(server.url(), mirror, max_bytes=10).tags()
    assert not there(mirror / "git")
    assert await names(GitSource(server.url(), mirror)) == ["v1.1", "v1.0"]
