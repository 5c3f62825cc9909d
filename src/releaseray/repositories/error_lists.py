"""Lists of errors: one statement on a bare connection finds and counts the matches, and reads the page's rows whole."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from releaseray.repositories.paging import Page
from releaseray.tracking.error_state import Status

_KEYS = {"createdAt": "k.created_at", "updatedAt": "k.updated_at", "name": "k.title"}
_LIST = """
WITH hits AS {materialized} (SELECT k.error_id AS id, {key} AS key FROM error_keys k WHERE {where}),
     page AS (SELECT id, key FROM hits ORDER BY key {order}, id {order} LIMIT {limit} OFFSET {offset})
SELECT total, e.id, e.service_id, e.title, e.culprit, e.level, e.platform,
       CASE WHEN e.status = 'ignored' AND e.ignored_until <= now() THEN e.status_after ELSE e.status END AS status,
       e.events AS event_count, e.first_seen, e.last_seen, e.state #>> '{{first,2}}' AS first_release,
       e.created_at, e.updated_at
FROM (SELECT count(*) AS total FROM hits) counted
     LEFT JOIN (page JOIN errors e ON e.id = page.id COLLATE "default") ON true
WHERE {theirs}
ORDER BY page.key {order}, page.id {order}
"""
_THEIRS = "EXISTS (SELECT FROM services WHERE id = {service} AND org_id = {org})"
_ALL_THEIRS = "ANY (ARRAY(SELECT id FROM services WHERE org_id = {org}))"
# People are shown what comes after an ignoring that is over. Said without CASE, PostgreSQL can tell how many match.
_IS = "(k.status = {status} OR k.status = 'ignored' AND k.ignored_until <= now() AND k.status_after = {status})"
_IS_IGNORED = "k.status = 'ignored' AND (k.ignored_until IS NULL OR k.ignored_until > now())"
_SEEN_IN = "({environment} = ANY (k.environments) OR k.environments IS NULL AND {seen})"
_SEEN = "k.error_id IN (SELECT error_id FROM {table} WHERE {where})"


@dataclass(frozen=True, slots=True)
class ErrorFilter:
    """Which errors; `since` and `until` ask for those that were seen in between."""

    service_id: str | None = None
    status: Status | None = None
    environment: str | None = None
    release: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_dear(self) -> bool:
        """Whether to look twice, for the page and for the count, takes longer than to keep what was found once."""
        filters = (self.status, self.environment, self.since or self.until)
        return self.release is not None or sum(one is not None for one in filters) > 1


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
    org = asked.for_value(org_id)
    service = None if wanted.service_id is None else asked.for_value(wanted.service_id)
    statement = _LIST.format(
        theirs="true" if service is None else _THEIRS.format(service=service, org=org),
        materialized="MATERIALIZED" if wanted.is_dear else "NOT MATERIALIZED",
        key=_KEYS[page.sort],
        where=" AND ".join(_conditions(asked, service or _ALL_THEIRS.format(org=org), wanted)),
        order=page.order.upper(),
        limit=asked.for_value(page.limit),
        offset=asked.for_value(page.offset),
    )
    rows = await connection.fetch(statement, *asked.values)
    if not rows:
        return [], 0
    return [ErrorRow(*row[1:]) for row in rows if row["id"] is not None], rows[0]["total"]


@dataclass
class _Asked:
    """The values of a statement, in the order of their places in it."""

    values: list[Any] = field(default_factory=list)

    def for_value(self, value: Any) -> str:
        """The place of one more value."""
        self.values.append(value)
        return f"${len(self.values)}"


def _conditions(asked: _Asked, services: str, wanted: ErrorFilter) -> list[str]:
    where = [f"k.service_id = {services}"]
    if wanted.status is Status.IGNORED:
        where.append(_IS_IGNORED)
    elif wanted.status is not None:
        where.append(_IS.format(status=asked.for_value(wanted.status.value)))
    if wanted.since is not None:
        where.append(f"k.last_seen >= {asked.for_value(wanted.since)}")
    if wanted.until is not None:
        where.append(f"k.first_seen < {asked.for_value(wanted.until)}")
    if wanted.release is not None or wanted.environment is not None:
        where.append(_seen_in(asked, services, wanted))
    return where


def _seen_in(asked: _Asked, services: str, wanted: ErrorFilter) -> str:
    """That an error of these services was seen in the release or environment."""
    where, environment = [f"service_id = {services}"], None
    if wanted.environment is not None:
        environment = asked.for_value(wanted.environment)
        where.append(f"environment = {environment}")
    if wanted.release is not None:
        where.append(f"version = {asked.for_value(wanted.release)}")
        return _SEEN.format(table="error_places", where=" AND ".join(where))
    seen = _SEEN.format(table="error_environments", where=" AND ".join(where))
    return _SEEN_IN.format(environment=environment, seen=seen)
