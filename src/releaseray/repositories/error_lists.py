"""Lists of errors: one statement on a bare connection finds and counts the matches, and reads the page's rows whole."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from releaseray.repositories.paging import Page
from releaseray.tracking.error_state import Status

_STATUS = "CASE WHEN e.status = 'ignored' AND e.ignored_until <= now() THEN e.status_after ELSE e.status END"
"""The status that people are shown: an ignoring whose time is over shows what comes after it."""
_KEYS = {"createdAt": "e.created_at", "updatedAt": "e.updated_at", "name": "e.title"}
_LIST = """
WITH hits AS {materialized} (SELECT e.id, {key} AS key FROM errors e WHERE {where}),
     page AS (SELECT id, key FROM hits ORDER BY key {order}, id COLLATE "C" {order} LIMIT {limit} OFFSET {offset})
SELECT total, e.id, e.service_id, e.title, e.culprit, e.level, e.platform, {status} AS status,
       e.events AS event_count, e.first_seen, e.last_seen, e.state #>> '{{first,2}}' AS first_release,
       e.created_at, e.updated_at
FROM (SELECT count(*) AS total FROM hits) counted LEFT JOIN (page JOIN errors e USING (id)) ON true
ORDER BY page.key {order}, e.id COLLATE "C" {order}
"""
_OF_SERVICES = "= ANY (ARRAY(SELECT id FROM services WHERE org_id = {org}))"
_SEEN_IN = "e.id IN (SELECT error_id FROM {table} WHERE {where})"


@dataclass(frozen=True, slots=True)
class ErrorFilter:
    """Which errors; `since` and `until` ask for those that were seen in between."""

    service_id: str | None = None
    status: Status | None = None
    environment: str | None = None
    release: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class ErrorRow(NamedTuple):
    """What a list shows of an error."""

    id: str
    service_id: str
    title: str
    culprit: str
    level: str
    platform: str
    status: str
    event_count: int
    first_seen: datetime
    last_seen: datetime
    first_release: str | None
    created_at: datetime
    updated_at: datetime


async def page_of_errors(
    connection: Any, org_id: str, page: Page, wanted: ErrorFilter
) -> tuple[Sequence[ErrorRow], int]:
    """The page of an organization's errors that match, ties by id, and how many match in all."""
    asked = _Asked()
    conditions = _conditions(asked, org_id, wanted)
    statement = _LIST.format(
        # Without a filter both are read off an index; with one, what matches is looked for once.
        materialized="MATERIALIZED" if wanted != ErrorFilter(wanted.service_id) else "NOT MATERIALIZED",
        key=_KEYS[page.sort],
        where=" AND ".join(conditions),
        order=page.order.upper(),
        limit=asked.for_value(page.limit),
        offset=asked.for_value(page.offset),
        status=_STATUS,
    )
    rows = await connection.fetch(statement, *asked.values)
    return [ErrorRow(*row[1:]) for row in rows if row["id"] is not None], rows[0]["total"]


@dataclass
class _Asked:
    """The values of a statement, in the order of their places in it."""

    values: list[Any] = field(default_factory=list)

    def for_value(self, value: Any) -> str:
        """The place of one more value."""
        self.values.append(value)
        return f"${len(self.values)}"


def _conditions(asked: _Asked, org_id: str, wanted: ErrorFilter) -> list[str]:
    org = asked.for_value(org_id)
    where = [f"e.org_id = {org}"]
    services = _OF_SERVICES.format(org=org)
    if wanted.service_id is not None:
        services = f"= {asked.for_value(wanted.service_id)}"
        where.append(f"e.service_id {services}")
    if wanted.status is not None:
        where.append(f"{_STATUS} = {asked.for_value(wanted.status.value)}")
    if wanted.since is not None:
        where.append(f"e.last_seen >= {asked.for_value(wanted.since)}")
    if wanted.until is not None:
        where.append(f"e.first_seen < {asked.for_value(wanted.until)}")
    if wanted.environment is not None or wanted.release is not None:
        where.append(_seen_in(asked, services, wanted))
    return where


def _seen_in(asked: _Asked, services: str, wanted: ErrorFilter) -> str:
    """That an error of these services was seen in the release or environment."""
    table = "error_environments" if wanted.release is None else "error_places"
    where = [f"service_id {services}"]
    if wanted.release is not None:
        where.append(f"version = {asked.for_value(wanted.release)}")
    if wanted.environment is not None:
        where.append(f"environment = {asked.for_value(wanted.environment)}")
    return _SEEN_IN.format(table=table, where=" AND ".join(where))
