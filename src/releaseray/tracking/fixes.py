"""Finds which errors a commit or pull request says it fixes."""

import re
from collections.abc import Iterable

MAX_TEXT = 100_000

_LINK = r"https?://[^\s<>()\[\]\"']{1,500}/err_[0-9A-Za-z]{4,64}(?:[/?#][^\s<>()\[\]\"']{0,200})?"
_ERROR = rf"(?:err_[0-9A-Za-z]{{4,64}}|{_LINK})"
_NAMED = rf"(?:[<(\[`*\"]{{0,3}}{_ERROR}[>)\]`*\"]{{0,3}}|[\w./-]{{0,100}}\#\d{{1,9}})"
_CLAIM = re.compile(
    rf"(?<![\w-])(?P<denied>(?i:not|n't|never|doesn't|partially|partly|revert\w*)\s+(?:yet\s+)?[\"']?)?"
    rf"(?i:fix(?:e[sd])?|close[sd]?|resolve[sd]?)\b(?:\s*:)?\s+(?i:errors?\s+|issues?\s+)?"
    rf"(?P<errors>{_NAMED}(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*){_NAMED}){{0,50}})"
)
_LISTED = re.compile(_ERROR)
_ID = re.compile(r"err_[0-9A-Za-z]{4,64}")
_REVERT = re.compile(r'\s*Revert\s+"', re.IGNORECASE)


def find_fixes(text: str, hosts: Iterable[str] = ()) -> tuple[str, ...]:
    """The ids of the errors that a text says it fixes, in order, each once: `Fixes err_…`, `Closes: err_…,
    err_…`, or the same with the error's link.

    A link counts only when its host (`ray.example`, with the port if it has one) is among `hosts`, or `hosts` is
    empty. A mere mention (`see err_…`), a denial (`does not fix err_…`), a quoted line and a revert claim
    nothing.
    """
    if _REVERT.match(text):
        return ()
    allowed = frozenset(host.lower() for host in hosts)
    unquoted = "\n".join(line for line in text[:MAX_TEXT].splitlines() if not line.lstrip().startswith(">"))
    claims = (match["errors"] for match in _CLAIM.finditer(unquoted) if not match["denied"])
    named = (written for claim in claims for written in _LISTED.findall(claim))
    return tuple(dict.fromkeys(_ID.findall(written)[-1] for written in named if _is_ours(written, allowed)))


def _is_ours(written: str, allowed: frozenset[str]) -> bool:
    if "://" not in written or not allowed:
        return True
    return written.split("/")[2].rpartition("@")[2].lower() in allowed
