"""Takes from a sentence what spoke to its reviewers and says nothing to who reads of it later: attempts, parts,
tickets, and what was carried over from where."""

import re

from releaseray.notes.regexes import regex
from releaseray.notes.verbs import IMPERATIVE

_BEFORE = regex(
    r"(?:(?:issue|bug|ticket|pr|pull request)\s+#?\d+\s*[-:–—]\s+"
    r"|(?:wip|fixup|squash|draft)!?:\s+)(?=\S)",
    re.IGNORECASE,
)
_CARRIED = regex(r"\[?[Bb]ackport(?:ed)?\]?:? (?:of )?(?=([A-Z][a-z]+) \S+ \S)")
_AFTER = regex(
    r"(?:,? (?:[-–—] )?)(?:"
    r"[(\[](?:wip|fixup|squash(?:ed)?|draft|nits?|nfc|re-?land(?:ed)?|re-?try|again|breaking(?: change)?"
    r"|(?:part|take|attempt|try|round|step|phase)\s+(?:\d{1,2}|one|two|three|four|i{1,3})"
    r"|(?:\d(?:st|nd|rd|th)|first|second|third) (?:attempt|try|part)"
    r"|(?:fixup|follow[- ]?up|backport(?:s|ed)?|cherry[- ]?pick(?:s|ed)?|re-?lands?|port|prep(?:aration)?)"
    r"(?:(?: (?:to|of|for|from|into|on|in|after)|:) (?:PR |commit )?[#\w./!@-]{1,60}| #\d+)"
    r"|(?:(?:might|may|should|partially|partly|also|hopefully|likely) )?(?:fix(?:es)?|close[sd]?|see|refs?|resolve[sd]?"
    r"|addresse?s?|part of|from|related to|continues?)(?: (?:issue|PR))? #\d+)[)\]]"
    r"|\b(?:take|part|attempt|(?<=, )round) (?:\d{1,2}|two|three|four)"
    r")\.?$",
    re.IGNORECASE,
)
_ENDS = frozenset(")]0123456789.oer")


def tidied(text: str) -> str:
    """`text` without such; as it is where nothing else would be left."""
    text = text.strip()
    if found := _BEFORE.match(text):
        text = text[found.end() :]
    if (carried := _CARRIED.match(text)) and carried[1].lower() in IMPERATIVE:
        text = text[carried.end() :]
    while text[-1:] in _ENDS and (after := _AFTER.search(text)) and after.start():
        text = text[: after.start()]
    if text.endswith('"') and text.count('"') == 1:
        text = text[:-1]
    return _said_once(text)


def _said_once(text: str) -> str:
    """ "Migrate to X: Migrate to X" says it once."""
    lead, colon, rest = text.partition(": ")
    return rest if colon and lead.casefold() == rest.casefold() else text
