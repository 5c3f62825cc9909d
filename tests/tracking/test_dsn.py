"""DSNs, and the ways in which SDKs present them."""

import pytest

from releaseray.errors import InvalidRequest, Unauthorized
from releaseray.tracking.dsn import ClientAuth, Dsn, make_dsn, parse_auth, parse_dsn
from releaseray.tracking.sentry_limits import SentryLimit, category_of, rate_limit_headers

PYTHON = "Sentry sentry_key=abc, sentry_version=7, sentry_client=sentry.python/2.75.0"


def test_a_dsn_there_and_back() -> None:
    dsn = make_dsn("https://ray.example:8443/errors/", "abc", 7)
    assert dsn == "https://abc@ray.example:8443/errors/7"
    assert parse_dsn(dsn) == Dsn("https", "abc", "ray.example:8443", "/errors", 7)
    assert parse_dsn("http://abc:oldsecret@[::1]:9000/1") == Dsn("http", "abc", "[::1]:9000", "", 1)


@pytest.mark.parametrize(
    "written",
    ["", "abc", "https://ray.example/1", "https://abc@ray.example/", "https://abc@ray.example/seven", "ftp://abc@h/1",
     "https://a b@h/1", "https://abc@/1", "https://abc@h:99999/1", "https://[abc@h/1", "https://abc@h/" + "9" * 40],
)  # fmt: skip
def test_what_is_no_dsn(written: str) -> None:
    with pytest.raises(InvalidRequest, match="dsn"):
        parse_dsn(written)


@pytest.mark.parametrize(
    ("header", "query", "dsn", "auth"),
    [
        (PYTHON, {}, None, ClientAuth("abc", "sentry.python/2.75.0")),
        (PYTHON.replace(", ", ","), {}, None, ClientAuth("abc", "sentry.python/2.75.0")),
        ("sentry SENTRY_KEY=abc", {}, None, ClientAuth("abc")),
        ("sentry_key=abc", {}, None, ClientAuth("abc")),
        ("Sentry sentry_key=abc:secret", {}, None, ClientAuth("abc")),
        (None, {"sentry_key": "abc", "sentry_version": "7", "sentry_client": "js"}, None, ClientAuth("abc", "js")),
        ("Bearer x", {"sentry_key": "abc"}, None, ClientAuth("abc")),
        (None, {}, "https://abc@ray.example/7", ClientAuth("abc")),
        (PYTHON, {"sentry_key": "other"}, "https://other@ray.example/7", ClientAuth("abc", "sentry.python/2.75.0")),
    ],
)
def test_who_sends(header: str | None, query: dict[str, str], dsn: str | None, auth: ClientAuth) -> None:
    assert parse_auth(header, query, dsn) == auth


@pytest.mark.parametrize(
    ("header", "query", "dsn"),
    [
        (None, {}, None),
        ("", {}, None),
        ("Bearer abc", {}, None),
        ("Sentry sentry_version=7", {}, None),
        ("Sentry sentry_key=a/../b", {}, None),
        ("Sentry " + "sentry_key=abc," * 1000, {}, None),
        (None, {"sentry_key": "a b"}, None),
        (None, {}, "nonsense"),
    ],
)
def test_who_does_not(header: str | None, query: dict[str, str], dsn: str | None) -> None:
    with pytest.raises(Unauthorized):
        parse_auth(header, query, dsn)


def test_limits_are_whole_seconds_as_sdks_parse_them() -> None:
    limits = [SentryLimit(59.2), SentryLimit(2700, ("default", "error"), "organization", "quota")]
    assert rate_limit_headers(limits) == {
        "Retry-After": "60",
        "X-Sentry-Rate-Limits": "60:error:key, 2700:default;error:organization:quota",
    }
    assert rate_limit_headers([SentryLimit(0.0, ())]) == {"Retry-After": "1", "X-Sentry-Rate-Limits": "1::key"}
    assert rate_limit_headers([]) == {}


def test_categories() -> None:
    assert [category_of(kind) for kind in ("event", "sessions", "novel")] == ["error", "session", "default"]
