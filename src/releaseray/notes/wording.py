"""Rewrites a title for reading: sentence case, one mood, names and code exactly as they were."""

import re
from collections.abc import Iterator
from functools import lru_cache

from releaseray.notes.leftovers import tidied
from releaseray.notes.nouns import ACTED_ON, OBJECT, OFTEN_THINGS, is_thing
from releaseray.notes.regexes import regex
from releaseray.notes.verbs import IMPERATIVE, PAST, THIRD, third

_OPENING = regex(r"([A-Za-z]+(?:-[a-z]+)?)(?=$|[\s,;:])")
_NAME = regex(r"[a-z]+[A-Z]|[_./:(){}<>=\\]|\d|^[b-hj-z]$|^i[A-Z]|^--?\w")
_FAULT = regex(
    r"(?:an? |the |some |several |various |many |possible |potential |rare |random |occasional |unexpected |flaky )*"
    r"(?:(?:incorrect|wrong|invalid|missing|broken|bad|inconsistent|duplicated?|infinite|memory|null|empty|stale|"
    r"unhandled|uninitiali[sz]ed|undefined|segfault|typo|typos|crash|crashes|bug|bugs|race|leak|leaks|regression|"
    r"regressions|deadlock|deadlocks|error|errors|issue|issues|problem|problems|panic|exception|failure|failures|"
    r"overflow|underflow|off-by-one|use-after-free|hang|hangs|warning|warnings|edge case|edge cases)\b)",
    re.IGNORECASE,
)
_STOP = regex(r"(?<!\.)\.$|[;,:]$|(?<!.{50})…$|(?<!\.)\.\.\.?$")
_HAS_LETTER = regex(r"\w")


def imperative(text: str, fault: bool = False) -> str:
    """`text` as an instruction: "Added X" → "Add X". With `fault`, a bare defect gets its verb: "crash on save" →
    "Fix crash on save"."""
    return _worded(text, fault, past=False)


def past(text: str, fault: bool = False) -> str:
    """`text` as a report: "Add X" → "Added X"; `fault` as in `imperative`."""
    return _worded(text, fault, past=True)


@lru_cache(maxsize=4096)
def _worded(text: str, fault: bool, past: bool) -> str:
    text = tidied(text)
    text = _STOP.sub("", text) or text
    if not _HAS_LETTER.search(text):
        return text
    opening = _OPENING.match(text)
    word = opening[1] if opening else ""
    verb = IMPERATIVE.get(word.lower()) if _may_be_verb(word) else None
    rest = text[len(word) :]
    if verb and not is_thing(word.lower(), verb, rest):
        return _reported(verb, rest) if past else capital(verb) + rest
    if past and (said := _stopped(text) or _qualified(word, rest)):
        return said
    if led := _led(text, past):
        return led
    if fault and _FAULT.match(text):
        return ("Fixed " if past else "Fix ") + _lower_first(text)
    return capital(text)


_LASTING = frozenset({"require", "default", "fall", "depend", "comply", "look"})
"""Verbs of what is so from now on: "Required X" reads as if it were over."""


def _reported(verb: str, rest: str) -> str:
    """What was done. "Supported X" reads as if it were over as well: support was added."""
    if verb == "support":
        return f"Added support for{rest}"
    if verb in _LASTING:
        return f"Now {THIRD[verb]}{rest}"
    return capital(PAST[verb]) + _past_throughout(rest)


_LEAD = regex(r"(?P<lead>`[^`]{1,60}`|[A-Za-z.][^:;,!?]{0,40}?)(?P<mark>:| [-–—]) (?=[A-Za-z])")
_MOST_WORDS = 4


def _led(text: str, past: bool) -> str:
    """A sentence behind what it is about: "Vi mode: fix X" → "Vi mode: fixed X". Empty where there is none."""
    found = _LEAD.match(text)
    if not found or found["lead"].count(" ") >= _MOST_WORDS:
        return ""
    rest = text[found.end() :]
    word = rest.split(" ", 1)[0]
    if not _may_be_verb(word) or not (word.lower() in IMPERATIVE or _DO_NOT.match(rest)):
        return ""
    said = _worded(rest, fault=False, past=past)
    return capital(text[: found.end()]) + (said[:1].lower() + said[1:] if word.islower() else said)


_DO_NOT = regex(r"(?:[Dd]on'?t|[Dd]on’t|[Dd]o not)(?: ever)? ([a-z]+(?:-[a-z]+)?)(?= |$)")


def _stopped(text: str) -> str:
    """ "Don't hide X" → "No longer hides X"."""
    found = _DO_NOT.match(text)
    if not found or found[1] in _NOT_DONE or found[1].endswith("ly"):
        return ""
    return f"No longer {THIRD.get(found[1]) or third(found[1])}{text[found.end() :]}"


_NOT_DONE = frozenset({"always", "be", "even", "have", "just", "only"})
_LIMITS = frozenset({"always", "never", "only", "also"})
_BEFORE_VERBS = frozenset({"always", "never", "automatically", "correctly", "properly", "recursively"})
_ADVERBS = frozenset({"further", "better", *_LIMITS})
_DONE_BETTER = frozenset({"align", "describe", "document", "explain", "handle", "integrate", "match", "respect"})


def _qualified(word: str, rest: str) -> str:
    """A verb behind an adverb: "Properly handle X" → "Properly handled X", "Always show X" → "Now always shows X"."""
    adverb = word.lower()
    if not (adverb.endswith("ly") or adverb in _ADVERBS):
        return ""
    verb, _, after = rest.strip().partition(" ")
    if verb not in PAST or not after or (adverb not in _BEFORE_VERBS and is_thing(verb, verb, after)):
        return ""
    if adverb in _LIMITS:
        return f"Now {adverb} {THIRD[verb]} {after}"
    if adverb == "better" and verb not in _DONE_BETTER:
        return ""
    return f"{capital(word)} {PAST[verb]}{_past_throughout(f' {after}')}"


def mended(text: str) -> str:
    """What an author filed as a fix, with its verb: "rounding of amounts" → "fix rounding of amounts".

    Only a bare thing gets one: what opens with a verb or is a sentence already stays as it is.
    """
    opening = _OPENING.match(text)
    word = opening[1] if opening else ""
    verb = IMPERATIVE.get(word.lower())
    rest = text[len(word) :]
    if (
        _in_another_script(text)
        or word.lower() in _NOT_A_THING | OFTEN_THINGS
        or word.endswith("ly")
        or (verb and not is_thing(word.lower(), verb, rest))
    ):
        return text
    if _SENTENCE.search(text) or (not verb and OBJECT.match(rest.strip()) and word not in _DETERMINERS):
        return text
    return f"fix {_lower_first(text)}"


_FIXES = frozenset({"fix", "fixes", "bugfix", "hotfix"})


def by_kind(text: str, kind: str) -> str:
    """What an author put behind a kind (`fix: …`): `mended` where that calls it a fix."""
    return mended(text) if kind in _FIXES else text


_SENTENCE = regex(
    r"\b(?:is|are|was|were|be|do|does|don't|doesn't|can|cannot|can't|could|should|must|will|would|has|have|not"
    r"|no longer|now|when|if|returns?|fails?|crash(?:es)?\b(?! )|breaks|throws|shows|gets|causes|hangs"
    r"|loses|ignores)\b|[.;:] |\bfix",
    re.IGNORECASE,
)
_NO_THINGS = """
where when while if only always never also on in improvements performance various minor changes updates
"""
_NOT_A_THING = frozenset(_NO_THINGS.split())
_DETERMINERS = frozenset({"a", "an", "the"})
_OTHER_SCRIPT = regex("[\u0370-\u1fff\u2e80-\ud7ff\uf900-\ufaff\uff66-\uffdc]")
"""Letters of sentences that an English verb would not open."""


def _in_another_script(text: str) -> bool:
    return not text.isascii() and bool(_OTHER_SCRIPT.search(text))


def _may_be_verb(word: str) -> bool:
    return word.islower() or word.istitle() or (word[:1].isupper() and word[1:].islower())


_TWIN = regex(r" and ([a-z]+)(?= )")
_SECOND = regex(r"(?:,| and|, and|;| &| and then) ([a-z]+(?:-[a-z]+)?)(?= (?!of\b|for\b|is\b|are\b|in\b|to\b)\S)")
_CLEAR = """
adapt add adjust align allow avoid clarify convert deduplicate delete deprecate detect disable disallow drop enable
enforce ensure expand expose extend extract fix forbid generate handle hide improve include increase introduce keep
make mark migrate move optimize prefer preserve prevent promote reduce refactor register reject relax remove rename
replace require respect restore restrict reuse rewrite simplify skip switch treat unify update upgrade use validate
verify
"""
_ONLY_VERBS = frozenset(_CLEAR.split())
"""Verbs that in the middle of a title are hardly ever things."""

_CLAUSE = regex(
    r"\b(?:can|could|will|would|should|must|may|might|when|if|that|which|who|where|while|because|not"
    r"|to (?:[a-z]+ly )?(?P<verb>[a-z-]+))\b|n't\b"
)
"""From here on a verb hangs on something else than the opening one: "Allow users to add and remove tags"."""


def says_two_things(text: str) -> bool:
    """Whether a second verb follows an "and" ("Add X and drop Y")."""
    return next(_seconds(text), None) is not None


def _past_throughout(text: str) -> str:
    """The verbs that follow in "Add X, drop Y and keep Z" go with the first, where they cannot be anything else."""
    if (twin := _TWIN.match(text)) and twin[1] in PAST:
        text = f" and {PAST[twin[1]]}{text[twin.end() :]}"
    for found in reversed([*_seconds(text)]):
        text = f"{text[: found.start(1)]}{PAST[found[1]]}{text[found.end(1) :]}"
    return text


def _seconds(text: str) -> Iterator[re.Match[str]]:
    end = next((at.start() for at in _CLAUSE.finditer(text) if not at["verb"] or at["verb"] in PAST), len(text))
    for found in _SECOND.finditer(text, 0, end):
        if found[1] in _ONLY_VERBS or (found[1] in PAST and ACTED_ON.match(text, found.end() + 1)):
            yield found


_COMPOUND = regex(
    r"(?:multi|cross|per|post|pre|de|un|non|self|built|read|write|opt|auto|re|co|anti|semi|sub|inter|full|half|high|low|long"
    r"|short|real|first|last|top|two|three|one|single|zero|in|on|off|out|up|end|well|user|client|server)-[a-z]"
    r"|[a-z]+-(?:to|of|and|in|on|by|up|side|friendly|based|only|wide|level|specific|aware|free|safe|time|like|way)\b"
)
"""Words of everyday language that have a hyphen, among names that have one: `ha-checkbox`."""


def capital(text: str) -> str:
    """`text` with a large first letter, unless it opens with a name that is written small."""
    first = text.split(" ", 1)[0]
    if (
        _NAME.search(first)
        or first.startswith("`")
        or _in_another_script(first)
        or ("-" in first and not _COMPOUND.match(first))
    ):
        return text
    return text[:1].upper() + text[1:]


def _lower_first(text: str) -> str:
    first = text.split(" ", 1)[0]
    return text if not first.istitle() else text[:1].lower() + text[1:]
