"""A GitHub that keeps releases, each request and each answer checked against GitHub's own OpenAPI document."""

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft7Validator

from releaseray.channels import Note

Json = dict[str, Any]
DOCUMENT = Path(__file__).parents[1] / "emulator/node_modules/@octokit/openapi/generated/api.github.com.json"
API = "https://api.github.com"


class OpenApi:
    """Checks what is said to GitHub and by it."""

    def __init__(self) -> None:
        assert DOCUMENT.exists(), "npm ci --prefix tests/emulator puts GitHub's OpenAPI document there"
        self._document: Json = json.loads(DOCUMENT.read_text())
        self._paths = {path: _pattern(path) for path in self._document["paths"]}
        self._validator = cache(self._make_validator)

    def request(self, request: httpx.Request) -> None:
        operation = self._operation(request)
        if request.content:
            content = operation["requestBody"]["content"]["application/json"]
            self._validator(json.dumps(content["schema"])).validate(json.loads(request.content))
        allowed = {self._plain(p)["name"] for p in operation.get("parameters", [])}
        assert set(request.url.params) <= allowed, f"{request.url} has unknown parameters"

    def answer(self, request: httpx.Request, response: httpx.Response) -> httpx.Response:
        documented = self._plain(self._operation(request)["responses"][str(response.status_code)])
        if response.content:
            schema = documented["content"]["application/json"]["schema"]
            self._validator(json.dumps(schema)).validate(response.json())
        return response

    def _operation(self, request: httpx.Request) -> Json:
        path = request.url.raw_path.decode().partition("?")[0]
        matching = [name for name, pattern in self._paths.items() if pattern.fullmatch(path)]
        assert matching, f"GitHub has no {path}"
        operation: Json = self._document["paths"][min(matching, key=lambda name: name.count("{"))][
            request.method.lower()
        ]
        return operation

    def _make_validator(self, schema: str) -> Draft7Validator:
        return Draft7Validator(self._inlined(json.loads(schema)))

    def _plain(self, node: Json) -> Json:
        while "$ref" in node:
            target: Any = self._document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def _inlined(self, node: Any) -> Any:
        """The schema without references, OpenAPI's `nullable` said in JSON Schema's words."""
        if isinstance(node, list):
            return [self._inlined(item) for item in node]
        if not isinstance(node, dict):
            return node
        plain = {key: self._inlined(value) for key, value in self._plain(node).items() if key != "example"}
        return {"anyOf": [plain, {"type": "null"}]} if plain.pop("nullable", False) is True else plain


def _pattern(path: str) -> re.Pattern[str]:
    """A path's pattern; refs and paths within a repository have slashes of their own."""
    parts = re.split(r"(\{\w+\})", path)
    wide = {"{ref}": ".+", "{path}": ".*"}
    return re.compile("".join(wide.get(part, "[^/]+") if part.startswith("{") else re.escape(part) for part in parts))


class FakeGitHub:
    """`acme/myapp` with its releases. `before` may answer a request instead; `requests` are what came."""

    def __init__(self, openapi: OpenApi) -> None:
        self._openapi = openapi
        self.releases: list[Json] = []
        self.requests: list[httpx.Request] = []
        self.before: Callable[[httpx.Request], httpx.Response | None] = lambda request: None
        self.http = httpx.AsyncClient(transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        self._openapi.request(request)
        return self.before(request) or self._openapi.answer(request, self._route(request))

    @property
    def calls(self) -> list[str]:
        return [f"{request.method} {request.url.path.removeprefix('/repos/acme/myapp')}" for request in self.requests]

    def add(self, tag: str, **values: Any) -> Json:
        number = len(self.releases) + 1
        url = f"{API}/repos/acme/myapp/releases/{number}"
        release = {
            "id": number,
            "node_id": f"R{number}",
            "tag_name": tag,
            "target_commitish": "main",
            "name": None,
            "body": None,
            "draft": False,
            "prerelease": False,
            "created_at": "2026-11-01T10:00:00Z",
            "published_at": "2026-11-01T10:00:00Z",
            "url": url,
            "assets_url": f"{url}/assets",
            "upload_url": f"{url}/assets",
            "tarball_url": None,
            "zipball_url": None,
            "html_url": f"https://github.com/acme/myapp/releases/tag/{tag}",
            "assets": [],
            "author": _user("ada"),
        } | values
        self.releases.insert(0, release)
        return release

    def _route(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/repos/acme/myapp/releases")
        body = json.loads(request.content) if request.content else {}
        if request.method == "POST":
            return self._post(body)
        if path.startswith("/tags/"):
            return _one([r for r in self.releases if r["tag_name"] == path.removeprefix("/tags/") and not r["draft"]])
        if path:
            found = [r for r in self.releases if r["id"] == int(path.removeprefix("/"))]
            for release in found if request.method == "PATCH" else []:
                release |= {key: value for key, value in body.items() if key != "make_latest"}
            return _one(found)
        page = int(request.url.params.get("page", "1"))
        size = int(request.url.params["per_page"])
        here = self.releases[(page - 1) * size : page * size]
        more = f'<{API}/repos/acme/myapp/releases?per_page={size}&page={page + 1}>; rel="next"'
        return httpx.Response(200, json=here, headers={"link": more} if len(self.releases) > page * size else {})

    def _post(self, body: Json) -> httpx.Response:
        if any(r["tag_name"] == body["tag_name"] and not r["draft"] for r in self.releases) and not body["draft"]:
            error = {"resource": "Release", "code": "already_exists", "field": "tag_name"}
            return httpx.Response(
                422, json={"message": "Validation Failed", "documentation_url": API, "errors": [error]}
            )
        return httpx.Response(201, json=self.add(**{"tag": body.pop("tag_name"), **_without(body, "make_latest")}))


def _one(found: list[Json]) -> httpx.Response:
    return httpx.Response(200, json=found[0]) if found else httpx.Response(404, json={"message": "Not Found"})


def _without(body: Json, name: str) -> Json:
    return {key: value for key, value in body.items() if key != name}


def _user(login: str) -> Json:
    names = "avatar followers following gists starred subscriptions organizations repos events received_events"
    urls = {f"{name}_url": f"{API}/users/{login}/{name}" for name in names.split()}
    own = {"login": login, "id": 1, "node_id": "U1", "gravatar_id": None, "type": "User", "site_admin": False}
    return own | urls | {"url": f"{API}/users/{login}", "html_url": f"https://github.com/{login}"}


@pytest.fixture(scope="session")
def openapi() -> OpenApi:
    return OpenApi()


@pytest.fixture
def hub(openapi: OpenApi) -> FakeGitHub:
    return FakeGitHub(openapi)


@pytest.fixture
def note() -> Note:
    return Note(
        key="pub_1",
        title="myapp v1.2.0",
        version="v1.2.0",
        body_md="## Features\n\n- **Dark mode** (#12)\n",
        persona="engineer",
        full_name="acme/myapp",
        hosted_url="https://notes.example.com/acme-myapp/v1.2.0",
        sha="a" * 40,
    )
