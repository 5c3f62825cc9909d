"""DSNs, and how a Sentry SDK says which one it was given."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from releaseray.errors import InvalidRequest, Unauthorized

_KEY = re.compile(r"[0-9A-Za-z_-]{1,128}")
_PROJECT = re.compile(r"[0-9]{1,19}")
_PAIR = re.compile(r"\s*(?:sentry\s+)?(\w+)\s*=\s*\"?([^,\"]*)\"?\s*", re.IGNORECASE)
MAX_AUTH_CHARACTERS = 4096
_KNOWN_HEADERS = 512
"""Headers whose reading is remembered: every request of a client has the same."""


class Dsn(NamedTuple):
    """`{scheme}://{public_key}@{host}{path}/{project_id}`; `host` includes the port, `path` is empty or
    `/prefix`."""

    scheme: str
    public_key: str
    host: str
    path: str
    project_id: int

    def __str__(self) -> str:
        return f"{self.scheme}://{self.public_key}@{self.host}{self.path}/{self.project_id}"


class ClientAuth(NamedTuple):
    """Which DSN's key the client sent, and which client it says it is (`sentry.python/2.75.0`)."""

    public_key: str
    client: str | None = None


def make_dsn(base_url: str, public_key: str, project_id: int) -> str:
    """The DSN of a service of the server at `base_url` (`https://ray.example/prefix`)."""
    url = urlsplit(base_url)
    return str(Dsn(url.scheme, quote(public_key), url.netloc.rpartition("@")[2], url.path.rstrip("/"), project_id))


def parse_dsn(written: str) -> Dsn:
    """The parts of a DSN; an old-style secret after the key is ignored. Raises `InvalidRequest` if it is none."""
    try:
        url = urlsplit(written.strip())
        host = url.netloc.rpartition("@")[2]
        key, hostname, _ = url.username or "", url.hostname, url.port
    except ValueError:
        raise InvalidRequest("dsn: not a URL.") from None
    path, _, project = url.path.rstrip("/").rpartition("/")
    if (
        url.scheme not in ("http", "https")
        or not hostname
        or not _KEY.fullmatch(key)
        or not _PROJECT.fullmatch(project)
    ):
        raise InvalidRequest("dsn: must look like https://key@host/1.")
    return Dsn(url.scheme, key, host, path, int(project))


def parse_auth(header: str | None, query: Mapping[str, str], dsn: str | None = None) -> ClientAuth:
    """Who sends: from the `X-Sentry-Auth` (or `Authorization: Sentry …`) header, else the query string, else the
    `dsn` of the envelope's header. Raises `Unauthorized` when none of them names a well-formed key.
    """
    fields = _header_fields(header) if header and len(header) <= MAX_AUTH_CHARACTERS else {}
    for source in (fields, query):
        if key := source.get("sentry_key"):
            return ClientAuth(_checked(key), (source.get("sentry_client") or "")[:200] or None)
    if dsn is None:
        raise Unauthorized("Missing sentry_key: send the X-Sentry-Auth header, the query string or the envelope's dsn.")
    try:
        return ClientAuth(parse_dsn(dsn).public_key)
    except InvalidRequest as problem:
        raise Unauthorized(problem.message) from None


@lru_cache(_KNOWN_HEADERS)
def _header_fields(header: str) -> Mapping[str, str]:
    """`Sentry sentry_key=…, sentry_version=7, sentry_client=…` as a mapping; anything else is empty."""
    scheme, _, rest = header.strip().partition(" ")
    if scheme.lower() != "sentry" and "=" not in scheme:
        return {}
    written = rest if scheme.lower() == "sentry" else header
    matches = (_PAIR.fullmatch(part) for part in written.split(","))
    return {match[1].lower(): match[2].strip() for match in matches if match}


def _checked(key: str) -> str:
    public_key = key.partition(":")[0].strip()
    if not _KEY.fullmatch(public_key):
        raise Unauthorized("The sentry_key is not well formed.")
    return public_key
