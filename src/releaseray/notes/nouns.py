"""Tells things from deeds: whether the word that a title opens with, which could be a verb, is a noun."""

from releaseray.notes.regexes import regex
from releaseray.notes.verbs import PAST

_NOT_AFTER_VERB = regex(r"(?:[A-Za-z]+ed|to|is|are|was|of|in|on|for|and|from|with|as|by|fails?|should|does)\b")
_AS_IT_IS = regex(
    r"\S+(?: \S+)? (?:(?:is|are|has|have) now|can now|will now|now (?:is|are)|is no longer|are no longer)\b"
)
"""What is told of a thing: "Check IDs are now derived from …"."""

_FINITE_NEXT = regex(
    r"(?:should|must|can|cannot|could|will|would|is|are|was|were|has|have|does"
    r"|(?:should|could|would|is|does|ca|wo)n't) "
)
"""What only a thing is followed by: "Import should skip …"."""

_WORK = regex(
    r"(?:tweak|fix|change|improvement|issue|clean-?up|update|error|bug|adjustment|correction)(?:e?s)?\b"
    r"(?! (?:to|in) \S)"
)
"""What was done, if the word before it says what it was done to: "Formatting tweaks"."""

_QUALITIES = """
saved shared linked nested cached archived deleted locked mapped tracked pinned tagged scheduled merged generated
advanced detached embedded selected filtered grouped ordered sorted named typed mixed signed weighted
structured customized
"""
_OFTEN_QUALITIES = frozenset(_QUALITIES.split())
OBJECT = regex(r"(?:the|a|an|one|all|any|each|every|whether|that|if|when|only|also|it|its|up)\b|`")
ACTED_ON = regex(
    r"(?:the|a|an|one|all|any|each|every|whether|that|if|when|only|also|it|its|up|how|what|which|why|both|various"
    r"|multiple|several|some|more|additional|these|those|your|our|existing|current|actual|deferred|too-[a-z]+)\b"
    r"|(?:new|missing|invalid|unknown|common|correct|proper|simple)"
    r" (?!(?:in|from|on|for|when|after|if|with|is)\b)"
    r"|`"
)
"""What shows that the word before it does something, where that word is as often a thing."""

_PARTICLE = regex(r"work around |look (?:up|for|at|in|into) |default to |opt (?:in|out)\b|hint at |map \S+ \S+ to ")
_OF = regex(r"(?:of|for|is|are|was|were)\b")
_VERBS_BEFORE_FOR = """
account allow ask check listen look prepare search wait warn watch
"""
_TAKE_FOR = frozenset(_VERBS_BEFORE_FOR.split())
_THINGS = """
benchmark build cache chain commit control default dispatch export filter format hash hint index issue key label
link list lock log look map order output paint pipe plot poll present query replay report search share style supply tag
test trace version work feed freeze spread bounds commits exports hashes hints indexes queries works
aggregate autocomplete autoload autosave chunk deploy estimate monitor prep readd reconnect redo reference rollback
scrape shard slice symlink thread transfer transition
anchor anchors cleanup lint name names point points request requests reverse setup stub stubs type types workaround
workarounds
"""
OFTEN_THINGS = frozenset(_THINGS.split())
_FINITE = regex(
    r"\b(?:is|are|was|were|has|have|now|will|can|no longer|should|does"
    r"|(?:break|fail|crashe|throw|cause|hang|lose|return|raise|produce|work|copie)s)\b"
)


def is_thing(word: str, verb: str, rest: str) -> bool:
    """Whether the opening word, which could be a verb, is a thing here: "Updates to X", "Log output is …".
    `rest` is what follows it."""
    following = rest.strip()
    if not following or following[0] in ",;" or rest.startswith(":") or following.startswith(": "):
        return True
    if word == PAST[verb] and word != verb:
        return word in _OFTEN_QUALITIES
    if word.endswith("ing") and word not in (verb, "fixing") and (_FINITE.search(following) or _WORK.match(following)):
        return True
    if word in OFTEN_THINGS:
        return not (ACTED_ON.match(following) or _PARTICLE.match(f"{word} {following}"))
    if word == verb:
        told = _AS_IT_IS.match(following) or _FINITE_NEXT.match(following)
        return bool(told or (word not in _TAKE_FOR and _OF.match(following)))
    return bool(_NOT_AFTER_VERB.match(following))
