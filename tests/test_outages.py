"""Which failures mean that the database is away for a moment, so that the same may be tried again."""

import asyncpg
import pytest

from releaseray.db import is_outage


@pytest.mark.parametrize(
    "failure",
    [
        ConnectionRefusedError(),
        asyncpg.CannotConnectNowError("the database system is starting up"),
        asyncpg.AdminShutdownError("terminating connection due to administrator command"),
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        asyncpg.InternalClientError("cannot switch to state 11; another operation (2) is in progress"),
    ],
)
def test_a_database_that_is_going_or_coming_is_an_outage(failure: Exception) -> None:
    assert is_outage(failure)


@pytest.mark.parametrize("failure", [asyncpg.UniqueViolationError("a key is taken"), ValueError("no"), None])
def test_a_statement_that_is_refused_is_none(failure: Exception | None) -> None:
    assert not is_outage(failure)
