"""One call to a vendor, with everything that can go wrong said as a `ChannelError`."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
from pydantic import SecretStr

from releaseray.channels import ChannelError, Result
from releaseray.channels.cutting import shorten
from releaseray.outbound import AnswerTooLarge, OutboundRefused, never_sent, retry_after

GATEWAY_ERRORS = (502, 504)


async def call(
    http: httpx.AsyncClient, vendor: str, method: str, url: str, *, secrets: Iterable[SecretStr], **request: Any
) -> httpx.Response:
    """The vendor's answer if it is a 2xx.

    Raises `ChannelError`: permanent for what trying again cannot mend (4xx but 408, 425, 429), with `retry_after`
    where the vendor says so, `unsure` where the request may have been carried out: the answer got lost, or a
    gateway in between gave up. A 500 or 503 is the vendor's word that it was not.
    """
    try:
        response = await http.request(method, url, **request)
    except OutboundRefused as error:
        raise ChannelError(str(error), permanent=True) from error
    except httpx.InvalidURL as error:
        raise ChannelError(f"The address set up for {vendor} is not a URL.", permanent=True) from error
    except httpx.HTTPError as error:
        raise ChannelError(_trouble(vendor, error), unsure=not never_sent(error)) from error
    if response.is_success:
        return response
    status = response.status_code
    raise ChannelError(
        f"{vendor} answered {status}: {reason(response, secrets)}",
        retry_after=retry_after(response.headers, datetime.now(UTC)),
        permanent=status < 500 and status not in (408, 425, 429),
        unsure=status in GATEWAY_ERRORS,
        status=status,
    )


def _trouble(vendor: str, error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.TimeoutException):
        return f"{vendor} did not answer in time."
    if isinstance(error, AnswerTooLarge | httpx.DecodingError):
        return f"{vendor} gave an answer that cannot be read."
    return f"{vendor} could not be reached." if never_sent(error) else f"{vendor} broke off the connection."


def reason(response: httpx.Response, secrets: Iterable[SecretStr] = ()) -> str:
    """What the vendor says went wrong, in one line, without the secrets it may have echoed."""
    text = response.text if "html" not in response.headers.get("content-type", "") else ""
    for secret in secrets:
        text = text.replace(secret.get_secret_value(), "***")
    printable = "".join(c if c.isprintable() else " " for c in text[:2000])
    return shorten(printable, 300) or response.reason_phrase or "no reason given"


def json_object(response: httpx.Response, vendor: str) -> dict[str, Any]:
    """The answer as a JSON object. Garbage that came with a 2xx is an `unsure` `ChannelError`."""
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise ChannelError(f"{vendor} gave an answer that cannot be read.", unsure=True)
    return answer


def objects(answer: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects in the list of that name; none where the answer has something else there."""
    found = answer.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def sent_at_most_once(error: ChannelError, vendor: str) -> ChannelError:
    """The error for a vendor that cannot be asked what it has: an unknown outcome is final."""
    if not error.unsure:
        return error
    return ChannelError(
        f"{error.message} The message may have been posted, and {vendor} has no way to look; it is not sent again.",
        permanent=True,
        unsure=True,
    )


def cannot_look(vendor: str) -> ChannelError:
    """The error for being asked again when an earlier call's outcome is unknown and cannot be found out."""
    return sent_at_most_once(ChannelError("An earlier attempt ended without an answer.", unsure=True), vendor)


def fingerprint(body: Mapping[str, Any]) -> str:
    """Tells whether a message is the one that was sent."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def unchanged(previous: Mapping[str, Any], digest: str, why_not: str) -> Result:
    """What was sent before, if it is the same; raises a permanent `ChannelError` otherwise."""
    if previous.get("digest") != digest:
        raise ChannelError(f"It was published before and has changed since. {why_not}", permanent=True)
    return Result(None, previous)
