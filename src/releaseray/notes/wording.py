"""Rewrites a title for reading: sentence case, one mood, names and code exactly as they were."""

import re
from functools import lru_cache

from releaseray.notes.verbs import IMPERATIVE, PAST

_OPENING = re.compile(r"([A-Za-z]+(?:-[a-z]+)?)(?=$|[\s,;:])")
_NAME = re.compile(r"[a-z]+[A-Z]|[_./:(){}<>=\\]|\d|^[b-hj-z]$|^i[A-Z]|^--?\w")
_FAULT = re.compile(
    r"(?:an? |the |some |several |various |many |possible |potential |rare |random |occasional |unexpected |flaky )*"
    r"(?:(?:incorrect|wrong|invalid|missing|broken|bad|inconsistent|duplicated?|infinite|memory|null|empty|stale|"
    r"unhandled|uninitiali[sz]ed|undefined|segfault|typo|typos|crash|crashes|bug|bugs|race|leak|leaks|regression|"
    r"regressions|deadlock|deadlocks|error|errors|issue|issues|problem|problems|panic|exception|failure|failures|"
    r"overflow|underflow|off-by-one|use-after-free|hang|hangs|warning|warnings|edge case|edge cases)\b)",
    re.IGNORECASE,
)
_NOT_AFTER_VERB = re.compile(r"(?:[A-Za-z]+ed|to|is|are|was|of|in|on|for|and|from|with|as|by|fails?|should|does)\b")
_STOP = re.compile(r"(?<![.\d])\.$|[;,:]$|…$|(?<!\.)\.\.\.?$")
_HAS_LETTER = re.compile(r"\w")


def imperative(text: str, fault: bool = False) -> str:
    """`text` as an instruction: "Added X" → "Add X". With `fault`, a bare defect gets its verb: "crash on save" →
    "Fix crash on save"."""
    return _worded(text, fault, past=False)


def past(text: str, fault: bool = False) -> str:
    """`text` as a report: "Add X" → "Added X"; `fault` as in `imperative`."""
    return _worded(text, fault, past=True)


@lru_cache(maxsize=4096)
def _worded(text: str, fault: bool, past: bool) -> str:
    text = _STOP.sub("", text.strip()) or text
    if not _HAS_LETTER.search(text):
        return text
    opening = _OPENING.match(text)
    word = opening[1] if opening else ""
    verb = IMPERATIVE.get(word.lower()) if _may_be_verb(word) else None
    rest = text[len(word) :]
    if verb and not _is_noun(word.lower(), verb, rest):
        return _capital(PAST[verb]) + _past_throughout(rest) if past else _capital(verb) + rest
    if fault and _FAULT.match(text):
        return ("Fixed " if past else "Fix ") + _lower_first(text)
    return _capital(text)


def mended(text: str) -> str:
    """What an author filed as a fix, with its verb: "rounding of amounts" → "fix rounding of amounts".

    Only a bare thing gets one: what opens with a verb or is a sentence already stays as it is.
    """
    opening = _OPENING.match(text)
    word = opening[1] if opening else ""
    verb = IMPERATIVE.get(word.lower())
    rest = text[len(word) :]
    if (
        word.lower() in _NOT_A_THING | _OFTEN_THINGS
        or word.endswith("ly")
        or (verb and not _is_noun(word.lower(), verb, rest))
    ):
        return text
    if _SENTENCE.search(text) or (not verb and _OBJECT.match(rest.strip()) and word not in _DETERMINERS):
        return text
    return f"fix {_lower_first(text)}"


_SENTENCE = re.compile(
    r"\b(?:is|are|was|were|be|do|does|don't|doesn't|can|cannot|can't|could|should|must|will|would|has|have|not"
    r"|no longer|now|when|if|returns?|fails?|crash(?:es)?\b(?! )|breaks|throws|shows|gets|causes|hangs"
    r"|loses|ignores)\b|[.;:] |\bfix",
    re.IGNORECASE,
)
_NO_THINGS = """
where when while if only always never also on in improvements
performance various minor changes updates
"""
_NOT_A_THING = frozenset(_NO_THINGS.split())
_DETERMINERS = frozenset({"a", "an", "the"})


def _may_be_verb(word: str) -> bool:
    return word.islower() or word.istitle() or (word[:1].isupper() and word[1:].islower())


def _is_noun(word: str, verb: str, rest: str) -> bool:
    """Whether the opening word, which could be a verb, is a thing here: "Updates to X", "Log output is …"."""
    following = rest.strip()
    if not following or following[0] in ",;:":
        return True
    if word == PAST[verb] and word != verb:
        return word in _OFTEN_QUALITIES
    if word in _OFTEN_THINGS:
        return not _OBJECT.match(following)
    if word == verb:
        return word not in _TAKE_FOR and bool(_OF.match(following))
    return bool(_NOT_AFTER_VERB.match(following))


_QUALITIES = """
saved shared linked nested cached archived deleted locked mapped tracked pinned tagged scheduled merged generated
advanced detached embedded selected filtered grouped ordered sorted named typed mixed signed weighted
structured customized
"""
_OFTEN_QUALITIES = frozenset(_QUALITIES.split())
_OBJECT = re.compile(r"(?:the|a|an|all|any|each|every|whether|that|if|when|only|also|it|its|up)\b|`")
_OF = re.compile(r"(?:of|for|is|are|was|were)\b")
_TAKE_FOR = frozenset({"account", "allow", "ask", "check", "listen", "look", "prepare", "search", "wait", "watch"})
_THINGS = """
benchmark build cache default filter format issue key label link list lock log map order output query report
search style tag test trace version
"""
_OFTEN_THINGS = frozenset(_THINGS.split())
_TWIN = re.compile(r" and ([a-z]+)(?= )")
_SECOND = re.compile(r"(?<= and )([a-z]+(?:-[a-z]+)?)(?= (?!of\b|for\b|is\b|are\b|in\b|to\b)\w)")
_NOUNS_TOO = """
fix change update release use work set run read put cast split reset block store cover control process document
reference file design display handle find hide name place record request return start stop track trigger value
access call check copy filter focus group import export load measure move pause point post print push raise
replace review scan schedule scroll select send share show sort stream switch transfer trim type wait watch
write complete clean clear open close correct separate secure free lower direct present duplicate
"""
_NEVER_SECOND = _OFTEN_THINGS | frozenset(_NOUNS_TOO.split())


def says_two_things(text: str) -> bool:
    """Whether a second verb follows an "and" ("Add X and drop Y")."""
    return any(_only_verb(found[1]) for found in _SECOND.finditer(text))


def _past_throughout(text: str) -> str:
    """The second verb of "Add X and drop Y" follows the first, where it cannot be anything but a verb."""
    if (twin := _TWIN.match(text)) and twin[1] in PAST:
        text = f" and {PAST[twin[1]]}{text[twin.end() :]}"
    return _SECOND.sub(lambda found: PAST[found[1]] if _only_verb(found[1]) else found[1], text)


def _only_verb(word: str) -> bool:
    return word in PAST and (word not in _NEVER_SECOND)


def _capital(text: str) -> str:
    first = text.split(" ", 1)[0]
    if _NAME.search(first) or first.startswith("`"):
        return text
    return text[:1].upper() + text[1:]


def _lower_first(text: str) -> str:
    first = text.split(" ", 1)[0]
    return text if not first.istitle() else text[:1].lower() + text[1:]
