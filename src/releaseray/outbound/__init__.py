"""Requests to addresses that clients name: resolved once, checked, pinned, limited in time and size."""

from releaseray.outbound.addresses import Networks, OutboundRefused, check_host, check_url
from releaseray.outbound.client import AnswerTooLarge, OutboundClient, never_sent
from releaseray.outbound.retry import backoff, chance_of_the_system, retry_after

__all__ = [
    "AnswerTooLarge",
    "Networks",
    "OutboundClient",
    "OutboundRefused",
    "backoff",
    "chance_of_the_system",
    "check_host",
    "check_url",
    "never_sent",
    "retry_after",
]
