"""Which repositories may be named, and in what form: paths inside the operator's list, and web, ssh or git URLs."""

import re
from base64 import b64encode
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

from releaseray.notes.regexes import regex
from releaseray.sources import SourceError

HostCheck = Callable[[str, int], Awaitable[Sequence[str]]]
"""Given host and port, the addresses that may be connected to; raises `SourceError` when there
is none. An empty answer leaves the choice to git."""

PORTS = {"https": 443, "http": 80, "ssh": 22, "git": 9418}
ANYWHERE = (Path("/"),)
MAX_LOCATION = 2_000

_SCP = regex(
    r"(?:(?P<user>[A-Za-z0-9_][\w.+-]*)@)?(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9][\w.-]*):(?P<path>[^:].*)", re.ASCII
)
_HOST = regex(r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*", re.ASCII)
_USER = regex(r"[A-Za-z0-9_][\w.+-]*", re.ASCII)
_FORBIDDEN = regex(r"[\x00-\x20\x7f-\x9f\\]")


class NormalisedLocation(NamedTuple):
    """A location that passed the check: `path` (absolute, links resolved) or `url`, the other is None.

    `url` is without credentials and may be shown; `credentials` are `user:password` as they belong in an
    `Authorization: Basic` header, and are in no representation of this object.
    """

    path: Path | None = None
    url: str | None = None
    scheme: str = "file"
    host: str = ""
    port: int = 0
    credentials: str | None = None

    def __str__(self) -> str:
        return self.url or str(self.path)

    def __repr__(self) -> str:
        return f"NormalisedLocation({str(self)!r})"

    @property
    def complete(self) -> str:
        """The location with its credentials, to be given to a source or kept as a secret, and never to be shown."""
        if not self.credentials:
            return str(self)
        login = ":".join(quote(part, safe="") for part in self.credentials.split(":", 1)).removesuffix(":")
        return str(self).replace("://", f"://{login}@", 1)

    @property
    def authorization(self) -> str | None:
        """The value of the header that carries the credentials."""
        return "Basic " + b64encode(self.credentials.encode()).decode("ascii") if self.credentials else None


def check_location(location: str, allowed_paths: Sequence[Path] = ()) -> NormalisedLocation:
    """What a client named, if it may be named: a path inside one of `allowed_paths`, or an http(s), ssh or git URL.

    A path must be absolute (`file://` is a path too); symbolic links are resolved before it is compared. Raises
    `SourceError`. Where a URL's host leads is checked at the time of the connection, see `HostCheck`.
    """
    if not location.strip():
        raise SourceError("The repository's location is empty.")
    if len(location) > MAX_LOCATION:
        raise SourceError(f"The repository's location is longer than {MAX_LOCATION} characters.")
    if location.startswith("-") or "::" in location.partition("/")[0].partition("[")[0]:
        raise _not_a_location(location)
    if location.startswith("/"):
        return _path(location, allowed_paths)
    if "://" in location:
        return _url(location, allowed_paths)
    if scp := _SCP.fullmatch(location):
        return _scp(scp)
    raise _not_a_location(location)


def _not_a_location(location: str) -> SourceError:
    shown = without_credentials(location)
    return SourceError(
        f"{shown!r} is neither an absolute path nor an https, http, ssh or git URL (https://host/owner/name.git)."
    )


def without_credentials(text: str) -> str:
    """The text with user and password of every URL in it removed."""
    return re.sub(r"(\b[a-zA-Z][a-zA-Z0-9+.-]*://)[^/\s@]*@(?:[^/\s@]*@)*", r"\1", text)


def _path(location: str, allowed_paths: Sequence[Path]) -> NormalisedLocation:
    if "\0" in location:
        raise SourceError("A path must not contain a NUL character.")
    return NormalisedLocation(path=resolve_inside(Path(location), allowed_paths, named=location))


def resolve_inside(path: Path, allowed_paths: Sequence[Path], *, named: str) -> Path:
    """The path with all links resolved. Raises `SourceError`, which says `named`, when it is outside or missing.

    Outside and missing are not told apart, so that nobody can ask what exists on the server.
    """
    if not allowed_paths:
        raise SourceError("This server reads no repositories from paths; give the repository's URL.")
    try:
        resolved = path.resolve(strict=True)
    except (OSError, RuntimeError):
        resolved = None
    if resolved is None or not any(resolved.is_relative_to(allowed.resolve()) for allowed in allowed_paths):
        raise SourceError(f"{named} does not exist, or is outside the paths that this server's operator allows.")
    return resolved


def _url(location: str, allowed_paths: Sequence[Path]) -> NormalisedLocation:
    try:
        parts = urlsplit(location)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _not_a_location(location) from None
    scheme = parts.scheme.lower()
    if scheme == "file":
        if host not in ("", "localhost"):
            raise SourceError("A file:// location must not name a host.")
        return _path(unquote(parts.path), allowed_paths)
    if scheme not in PORTS:
        raise _not_a_location(location)
    if _FORBIDDEN.search(location) or not _HOST.fullmatch(host):
        raise SourceError("The repository's URL has a host or characters that no repository's URL has.")
    if parts.path in ("", "/"):
        raise SourceError("The repository's URL names a host but no repository.")
    if parts.query or parts.fragment:
        raise SourceError("The repository's URL must not have a query or a fragment.")
    return _assemble(scheme, host, port, parts.path, _user(parts.username), _user(parts.password))


def _user(part: str | None) -> str:
    return unquote(part) if part else ""


def _assemble(scheme: str, host: str, port: int | None, path: str, user: str, password: str) -> NormalisedLocation:
    port = port or PORTS[scheme]
    credentials = None
    login = ""
    if scheme in ("http", "https"):
        credentials = f"{user}:{password}" if user or password else None
        if credentials and any(character in credentials for character in "\r\n\0"):
            raise SourceError("The credentials in the URL have a line break.")
    elif password:
        raise SourceError(f"A password in {scheme} URLs is not used; the server's account needs a key of its own.")
    elif user and not _USER.fullmatch(user):
        raise SourceError("The user name in the URL is not one.")
    else:
        login = f"{user}@" if user else ""
    shown = host.lower() if ":" not in host else f"[{host}]"
    suffix = "" if port == PORTS[scheme] else f":{port}"
    url = f"{scheme}://{login}{shown}{suffix}{path.rstrip('/')}"
    return NormalisedLocation(url=url, scheme=scheme, host=host.lower(), port=port, credentials=credentials)


def _scp(match: re.Match[str]) -> NormalisedLocation:
    host = match["host"].strip("[]")
    if _FORBIDDEN.search(match.string) or not _HOST.fullmatch(host):
        raise SourceError("The repository's location has a host or characters that no repository's location has.")
    # Kept as it is: ssh://host/path would be an absolute path, host:path is relative to the account's home
    return NormalisedLocation(url=match.string, scheme="ssh", host=host.lower(), port=PORTS["ssh"])
