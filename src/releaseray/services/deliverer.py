"""The worker's side of outgoing webhooks: sign, send, and write down what was answered."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import structlog

from releaseray.models import Delivery, DeliveryStatus, Webhook, now
from releaseray.outbound import retry_after
from releaseray.repositories import claims
from releaseray.secrets import SecretLost
from releaseray.services.outages import despite_outages
from releaseray.services.runtime import Runtime
from releaseray.webhooks import schedule, signing
from releaseray.webhooks.schedule import Verdict

_LOG_ENTRIES = 20
_SHOWN_CHARACTERS = 4_000

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt: what it came to, what is kept of it, and the receiver's wish to wait, in seconds."""

    verdict: Verdict
    record: dict[str, Any]
    wish: float | None = None


class Deliverer:
    """Delivers what `services.events` wrote."""

    table = Delivery
    at_once = 400
    share = 8

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def run(self, delivery: Delivery) -> None:
        """Make one attempt at a delivery just claimed."""
        async with self._runtime.database.reading() as session:
            webhook = await session.get(Webhook, delivery.webhook_id)
        if webhook is None:
            return
        attempt = (
            await self._attempt(webhook, delivery) if webhook.enabled else _not_sent("The webhook is switched off.")
        )
        await despite_outages(lambda: self._write(delivery, attempt))

    async def _attempt(self, webhook: Webhook, delivery: Delivery) -> Attempt:
        try:
            keys = self._keys(webhook)
        except SecretLost as problem:
            return _not_sent(f"The webhook's secret is lost: {problem}. Rotate it.")
        body = delivery.body.encode()
        headers = signing.signed_headers(delivery.id, body, keys, now())
        record: dict[str, Any] = {"url": webhook.url, "headers": headers, "at": _moment(now())}
        began = time.monotonic()
        try:
            response = await self._runtime.receivers.post(webhook.url, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            record |= {"error": str(problem) or type(problem).__name__}
            return Attempt(Verdict.FAILED, record | {"durationMs": _since(began)})
        record |= {"durationMs": _since(began), "status": response.status_code, "answer": _shown(response)}
        wish = retry_after(response.headers, datetime.now(UTC))
        return Attempt(schedule.verdict(response.status_code), record, wish)

    def _keys(self, webhook: Webhook) -> Sequence[str]:
        """The secrets that sign now, newest first."""
        sealed = [webhook.sealed_secret]
        if webhook.sealed_former_secret and webhook.former_until and webhook.former_until > now():
            sealed.append(webhook.sealed_former_secret)
        return [self._runtime.secrets.open(secret) for secret in sealed]

    async def _write(self, delivery: Delivery, attempt: Attempt) -> None:
        async with self._runtime.database.unit_of_work() as uow:
            # The webhook first, as where it is deleted: two transactions cannot lock each other out.
            webhook = await uow.session.get(Webhook, delivery.webhook_id, with_for_update=True)
            row = await claims.held(uow.session, Delivery, delivery.id, delivery.attempt)
            if webhook is None or row is None:
                return
            row.log = [*row.log, {**attempt.record, "attempt": row.attempt}][-_LOG_ENTRIES:]
            if attempt.verdict is Verdict.DELIVERED:
                row.status, row.due_at, webhook.failing_since = DeliveryStatus.DELIVERED, None, None
            else:
                _failed(webhook, row, attempt)
            uow.session.add_all([row, webhook])
            status = row.status
        log.info("delivery attempted", delivery=delivery.id, attempt=delivery.attempt, status=status)


def _failed(webhook: Webhook, row: Delivery, attempt: Attempt) -> None:
    """Plan the next attempt, or give up; switch off an address that is gone or has failed for days."""
    moment = now()
    row.failures += 1
    if webhook.enabled:
        webhook.failing_since = webhook.failing_since or moment
        if attempt.verdict is Verdict.GONE:
            _switch_off(webhook, moment, "it answered 410 Gone")
        elif schedule.switched_off(webhook.failing_since, moment):
            _switch_off(webhook, moment, f"it has failed since {_moment(webhook.failing_since)}")
    next_time = schedule.next_attempt(row.failures, moment, wish=attempt.wish) if webhook.enabled else None
    row.due_at = next_time
    row.status = DeliveryStatus.PENDING if next_time else DeliveryStatus.FAILED


def _switch_off(webhook: Webhook, moment: datetime, why: str) -> None:
    webhook.enabled = False
    webhook.updated_at = moment
    webhook.notice = f"Switched off on {_moment(moment)}, because {why}. Enable it again, then replay what it missed."


def _not_sent(why: str) -> Attempt:
    return Attempt(Verdict.FAILED, {"at": _moment(now()), "durationMs": 0, "error": why})


def _shown(response: httpx.Response) -> str:
    """The beginning of the answer, without what no text has."""
    return response.text[:_SHOWN_CHARACTERS].replace("\0", "�")


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
