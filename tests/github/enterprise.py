"""A GitHub Enterprise Server of one repository: git and API behind one token, REST checked against OpenAPI."""

import json
import re
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from tests.github.conftest import OpenApi
from tests.repository import GitRepository
from tests.sources.served import Handler, Served

Json = dict[str, Any]
TOKEN = "ghp_topsecret"
GIVEN = "ghs_topsecret"
"""The token that the App's installation gets."""
NOT_FOUND = {"message": "Not Found"}


class Enterprise(Served):
    """`acme/myapp`. `pulls` by the sha of a commit and `earlier` merged pull requests by login are what GraphQL knows;
    `moved` is what REST says of a renamed repository; `refuse` answers every call of the API instead; `calls` are
    those that came, `asked_again` the pull requests that were asked for by their numbers, a list a call, `commands`
    the arguments of every process while git was served."""

    def __init__(self, root: Path, openapi: OpenApi) -> None:
        super().__init__(root)
        self.RequestHandlerClass = Front
        self.repo = GitRepository.acme(root / "acme" / "myapp.git")
        self.openapi = openapi
        self.tokens = {TOKEN, GIVEN}
        self.pulls: dict[str, list[Json]] = {}
        self.earlier: dict[str, int] = {}
        self.about: Json = {"id": 789012, "full_name": "acme/myapp", "default_branch": "main"}
        self.moved_name: str | None = None
        self.installation: Json | None = None
        self.refuse: tuple[int, Json, dict[str, str]] | None = None
        self.calls: list[str] = []
        self.asked_again: list[list[int]] = []
        self.commands: set[str] = set()

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/api/v3"

    def rename(self, name: str) -> None:
        """Show the repository under a new name, and the old one as moved."""
        self.moved_name = name
        self.repo.path = self.repo.path.rename(self.root / f"{name}.git")

    def sha(self, name: str) -> str:
        return self.repo.git("rev-parse", f"{name}^{{commit}}")

    def answer(self, request: httpx.Request) -> tuple[int, Json, dict[str, str]]:
        path = request.url.path.removeprefix("/api/v3")
        self.calls.append(path)
        if self.refuse:
            return self.refuse
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        if path == "/api/graphql":
            asked = json.loads(request.content)
            return (200, {"data": self._data(asked)}, {}) if bearer in self.tokens else (401, NOT_FOUND, {})
        if not path.startswith("/repositories/"):  # where GitHub sends callers of an old name, which is not documented
            self.openapi.request(httpx.Request(request.method, f"https://api.github.com{path}"))
        if bearer.startswith("eyJ"):
            return self._to_the_app(path)
        if bearer not in self.tokens:
            return 401 if bearer else 404, {"message": "Bad credentials"}, {}
        return self._to_a_reader(path)

    def _to_the_app(self, path: str) -> tuple[int, Json, dict[str, str]]:
        if path == "/repos/acme/myapp/installation" and self.installation:
            return 200, self.installation, {}
        if self.installation and path == f"/app/installations/{self.installation['id']}/access_tokens":
            return 201, {"token": GIVEN, "expires_at": "2099-01-01T00:00:00Z"}, {}
        return 404, NOT_FOUND, {}

    def _to_a_reader(self, path: str) -> tuple[int, Json, dict[str, str]]:
        if self.moved_name and path == "/repos/acme/myapp":
            return 301, {"message": "Moved Permanently"}, {"Location": f"{self.api_url}/repositories/789012"}
        if path.lower() == "/repos/acme/myapp":
            return 200, self.about, {}
        if self.moved_name and path in ("/repositories/789012", f"/repos/{self.moved_name}"):
            return 200, self.about | {"full_name": self.moved_name}, {}
        return 404, NOT_FOUND, {}

    def _data(self, asked: Json) -> Json:
        if "search(" in asked["query"]:
            logins = {name: re.search(r"author:(\S+)", text) for name, text in asked["variables"].items()}
            return {name: {"issueCount": self.earlier.get(login[1], 0)} for name, login in logins.items() if login}
        if numbers := re.findall(r"p(\d+): pullRequest\(number: \1\)", asked["query"]):
            self.asked_again.append(sorted(map(int, numbers)))
            every = {str(one["number"]): one for pulls in self.pulls.values() for one in pulls}
            return {
                "repository": {"nameWithOwner": "acme/myapp"} | {f"p{number}": every.get(number) for number in numbers}
            }
        aliases = re.findall(r'(c\d+): object\(oid: "([0-9a-f]{40})"\)', asked["query"])
        found = {alias: {"associatedPullRequests": {"nodes": self.pulls.get(oid, [])}} for alias, oid in aliases}
        return {"repository": {"nameWithOwner": "acme/myapp", **found}}


class Front(Handler):
    """The API's paths are answered here, git's by git."""

    server: Enterprise

    def _serve(self) -> None:
        if not self.path.startswith("/api/"):
            self.server.commands |= set(_commands())
            super().do_GET()
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = f"http://127.0.0.1:{self.server.server_port}{self.path}"
        request = httpx.Request(self.command, url, headers=dict(self.headers.items()), content=body)
        status, said, headers = self.server.answer(request)
        content = json.dumps(said).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _serve


def _commands() -> Iterator[str]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue


def of_git(token: str) -> str:
    """The header with which GitHub lets git in."""
    return "Basic " + b64encode(f"x-access-token:{token}".encode()).decode()


def pull(number: int, login: str, **values: Any) -> Json:
    """A merged pull request as GraphQL tells it."""
    return {
        "number": number,
        "title": f"Pull {number}",
        "body": "",
        "merged": True,
        "mergedAt": "2026-11-01T10:00:00Z",
        "baseRepository": {"nameWithOwner": "acme/myapp"},
        "author": {"login": login, "__typename": "User"},
        "mergeCommit": None,
        "labels": {"nodes": []},
        "closingIssuesReferences": {"nodes": []},
    } | values


@contextmanager
def serving(root: Path, openapi: OpenApi) -> Iterator[Enterprise]:
    """An Enterprise Server that lets nobody in without a token."""
    with Enterprise(root, openapi) as server:
        server.needs = of_git(TOKEN)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
