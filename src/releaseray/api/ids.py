"""The ids in paths: their form, and what each is an id of."""

import re
from collections.abc import Mapping

from releaseray.errors import NotFound

KINDS = {
    "draft_id": ("Draft", "draft"),
    "range_id": ("Release range", "range"),
    "repo_id": ("Repository", "repo"),
    "publication_id": ("Publication", "pub"),
    "key_id": ("Key", "key"),
    "webhook_id": ("Webhook", "whk"),
    "delivery_id": ("Delivery", "evt"),
    "release_id": ("Release", "rel"),
    "service_id": ("Service", "svc"),
    "error_id": ("Error", "err"),
}
_ID = re.compile(r"([a-z]+)_[0-9A-Za-z]{1,40}")


def pattern(parameter: str) -> str:
    """The form of the ids that a path parameter takes, as a regular expression."""
    return f"^{KINDS[parameter][1]}_[0-9A-Za-z]{{1,40}}$"


def check(path_params: Mapping[str, str]) -> None:
    """Raise the `NotFound` of a missing resource for an id that cannot be one."""
    for name, value in path_params.items():
        if name in KINDS:
            kind, prefix = KINDS[name]
            match = _ID.fullmatch(value)
            if match is None or match[1] != prefix:
                raise NotFound.of(kind, value)
