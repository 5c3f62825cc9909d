"""Requests to addresses that clients name: resolved once, checked, pinned, limited in time and size."""

from releaseray.outbound.addresses import Networks, OutboundRefused, check_host, check_url
from releaseray.outbound.client import AnswerTooLarge, OutboundClient, never_sent
from releaseray.outbound.retry import backoff, retry_after

__all__ = [
    "AnswerTooLarge",
    "Networks",
    "OutboundClient",
    "OutboundRefused",
    "backoff",
    "check_host",
    "check_url",
    "never_sent",
    "retry_after",
]
