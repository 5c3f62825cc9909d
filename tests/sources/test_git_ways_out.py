"""What a hostile git server answers does not lead the fetch anywhere else."""

import subprocess
import threading
from collections.abc import Iterator, Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.receiver import Receiver
from tests.sources.repos import Repo
from tests.sources.served import Served

from releaseray.outbound import check_host
from releaseray.sources import SourceError
from releaseray.sources.git import GitSource


@pytest.fixture
def elsewhere() -> Iterator[Receiver]:
    """A server that nobody named."""
    with Receiver(lambda request: (404, "nothing")).running() as receiver:
        yield receiver


async def anywhere(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def dumb(repo: Repo, tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A bare clone behind a server of files, and its address."""
    bare = tmp_path / "dumb" / "app.git"
    subprocess.run(["git", "clone", "-q", "--bare", repo.path, bare], check=True)
    subprocess.run(["git", "-C", bare, "update-server-info"], check=True)
    handler = partial(Quiet, directory=str(tmp_path / "dumb"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield bare, f"http://127.0.0.1:{server.server_port}/app.git"
        server.shutdown()
        thread.join()


async def test_alternates_of_a_server_of_files_are_not_asked(
    dumb: tuple[Path, str], elsewhere: Receiver, mirror: Path
) -> None:
    bare, url = dumb
    for kind in ("pack", "[0-9a-f][0-9a-f]"):
        for file in (bare / "objects").glob(f"{kind}/*"):
            file.unlink()
    for name in ("http-alternates", "alternates"):
        (bare / "objects" / "info" / name).write_text(f"{elsewhere.url}/internal.git/objects\n")
    with pytest.raises(SourceError):
        await GitSource(url, mirror, check_host=anywhere).tags()
    assert elsewhere.requests == []


async def test_submodules_are_not_fetched(repo: Repo, server: Served, elsewhere: Receiver, mirror: Path) -> None:
    (repo.path / ".gitmodules").write_text(f'[submodule "x"]\n\tpath = x\n\turl = {elsewhere.url}/x.git\n')
    repo.git("add", ".gitmodules")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},x")
    repo.git("commit", "-qm", "Add a submodule")
    repo.git("tag", "v1.2")
    tags = await GitSource(server.url(), mirror, check_host=anywhere).tags()
    assert "v1.2" in [tag.name for tag in tags]
    assert elsewhere.requests == []


async def test_a_redirect_to_another_place_or_protocol_is_not_followed(
    server: Served, elsewhere: Receiver, mirror: Path, tmp_path: Path
) -> None:
    for number, target in enumerate((elsewhere.url, "file:///etc", "ftp://127.0.0.1/x", "ext::sh -c id")):
        server.moved_to = target
        with pytest.raises(SourceError):
            await GitSource(server.url(), mirror.with_name(f"moved{number}"), check_host=anywhere).tags()
    assert elsewhere.requests == []


@pytest.mark.parametrize(
    "host",
    [
        "127.1", "0x7f.0.0.1", "2130706433", "0177.0.0.1", "127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "169.254.169.254",
    ],
)  # fmt: skip
@pytest.mark.parametrize("scheme", ["http", "https", "ssh", "git"])
async def test_a_host_that_is_not_public_is_refused_before_git_is_asked(scheme: str, host: str, mirror: Path) -> None:
    async def as_served(host: str, port: int) -> Sequence[str]:
        try:
            return await check_host(host)
        except Exception as problem:
            raise SourceError(f"checked: {problem}") from problem

    with pytest.raises(SourceError, match="checked: "):
        await GitSource(f"{scheme}://{host}/acme/app.git", mirror, check_host=as_served).tags()
