"""What breaks by the words of its author, and what breaks nothing whatever a model makes of it."""

import re

from releaseray.notes.change import Change
from releaseray.notes.classify_words import DEPRECATES, OWN_TOOLS
from releaseray.notes.conventions import spoken_category
from releaseray.notes.draft import Category
from releaseray.notes.model_paths import role
from releaseray.notes.regexes import regex

_ENDS = regex(
    r"(?:drop|remove|end)(?:s|d|ped|ed)? (?:(?:the )?support\b|[^:;,]{1,40} support(?:$| for\b| from\b| \(|\.))"
    r"|(?:drop|remove)(?:s|d|ped)? (?:python|node|ruby|php|go|rust|java|django|rails)\b.*\d",
    re.IGNORECASE,
)
_TAKES_A_NAME = regex(
    r"(?:remov|drop|delet)\w* (?:the )?(?:deprecated )?"
    r"`?[\w.:#-]*(?:(?-i:[a-z][A-Z])|_|::|\(\)|\.)[\w.:()#-]*`?(?: \w+)?$",
    re.IGNORECASE,
)
"""Nothing but a name of code that is gone. Of 295 such changes that maintainers filed 214 stand under breaking."""

_SPARE = regex(
    r"\b(?:unused|unneeded|redundant|dead|no longer used)\b(?:[^,;]{0,30}\s)?"
    r"(?:imports?|(?:dev[- ]?)?dependenc(?:y|ies)|deps|variables?|code|comments?|warnings?|includes?|headers?|casts?"
    r"|functions?|helpers?|members?|macros?|consts?|constants?|files?|assignments?|locals?|private)\b"
    r"|\b(?:remov|drop|delet)\w*\s(?:[^,;]{0,40}\s)?(?:stray|redundant|superfluous|left-?over|orphaned|un(?:necessary|needed)"
    r"|needless|duplicated?|no-op|spurious|extraneous|useless|no longer (?:used|needed|necessary|required))\b"
    r"|\b(?:remov|drop|delet)\w*\s(?:[\w-]+\s){0,3}(?:casts?|includes?|asserts?|assertions?|todos?|whitespace)\b"
    r"|^mov(?:e|es|ed|ing)\b[^,;]{0,60}\b(?:sub-?dir(?:ectory)?|folders?|director(?:y|ies)|files?)\b"
    r"|\bmake (?:it|them|\S{1,60}) static\b",
    re.IGNORECASE,
)
"""What nobody used or missed. Of 139 such removals that maintainers listed, they filed 9 as breaking; of moves between
files and folders almost none."""

_MENDS_ONLY = regex(r"(?:bug|hot)?fix(?:e[sd]|ing)?\b", re.IGNORECASE)
_BREAKS = regex(
    r"\b(?:breaking|requir(?:e[sd]?|ing)\b|disallow|deprecat|forbid|mandatory|(?:and|by) (?:remov|renam|chang|drop))",
    re.IGNORECASE,
)
_TURNS = regex(
    r"\b(?:breaking|remov|renam|requir|chang|break|deprecat|disallow|instead|no longer|migrat|drop"
    r"|delet|rm\b|now\b|must\b|mandatory|default|move|mini?mum|msrv\b|strict|reject|rais|throw|forbid)",
    re.IGNORECASE,
)
"""What a title says where something else than before is meant and its author did not mark it. Of 800 changes that say
none of it and that only a model took for breaking maintainers filed 32 so, 101 under another kind and left 296 out; of
220 that only replace, bump, switch, convert or speak of errors, 6, 31 and 130."""

_SAYS_BREAKING = regex(r"\bbreaking[ -]changes?\b", re.IGNORECASE)

_SPARES_USERS = regex(
    r"(?:us(?:e|es|ed|ing) (?:non-?deprecated|[^,;]{1,60} (?:instead of|over|rather than) (?:the )?deprecated)"
    r"|(?:allow|replac|avoid|stop|migrat|silenc|suppress|fix|address|resolv|handl|ignor|updat|clean|speed)\w*"
    r" (?:[\w.-]+ ){0,4}?(?:\S+/)?deprecat(?:ed|ions?)\b"
    r"|(?:remov|drop|delet)\w* (?:the )?(?:calls?|uses?|usages?|references?) (?:to|of) (?:the |a )?deprecated)",
    re.IGNORECASE,
)
"""What is done about something deprecated by who used it. Of 228 such changes maintainers filed 3 as breaking or as a
deprecation."""

_INSIDE = regex(
    r"\b(?:internally|anonymous namespaces?|(?:in|from|of) (?:the )?(?:unit |integration )?tests?"
    r"|test (?:suite|modules?|files?|utils?|helpers?))\b"
    r"|\b(?:clang-tidy|compiler|clippy|lint\w*|rubocop|mypy|unchecked|sonar|coverity|pylint|flake8)"
    r" (?:warnings?|errors?|issues?|offen[cs]es?)\b"
    r"|\b(?:[Cc]ode|[Cc]oding)[- ]?(?:style|standards?)\b|\b[Cc]opyrights?\b|\b[Dd]ocblocks?\b|\bbranch rename\b"
    r"|\b(?:[Cc]ircle ?CI|[Tt]ravis|[Aa]pp[Vv]eyor|[Jj]enkins)\b(?! (?:support|plugin))"
    r"|\b(?:[Ll]ogos?|[Aa]rtwork|[Bb]adges?|[Ss]ponsors?)\b"
    r"|\b(?:CI|dependabot|codeql|github actions?|CIFuzz)\b(?!-)|\.gitignore\b|\bgitignore$|clippy::",
)
"""What nobody but its makers sees."""

_UPKEEP = frozenset({"", "chore", "chores", "refactor", "refactoring", "test", "tests", "build", "ci", "style"})
"""Kinds, or a tag (""), by which authors say upkeep. Of 40 such that a project's past made breaking, its maintainers
filed 3 so, and of 82 that nothing but the words did, 22. Words like numpy's MAINT they use of anything."""

_TAKES_AWAY = regex(
    r"\b(?:(?:remov|drop|delet)\w*|rm)\b"
    r".*(?:`?--\w|\b(?:options?|flags?|arguments?|commands?|endpoints?|parameters?|settings?)\b)",
    re.IGNORECASE,
)
"""What takes away something that users set or call. Of 25 such chores in versions that may break things maintainers
filed 8 as breaking and 2 otherwise; of 31 in other versions 5 and 11."""

_KEEPS = regex(
    r"(?:reject|prevent|guard|handl|harden|ensur|improv|better|simplif|refactor|split|clean|document|migrat|revert|reapply)"
    r"|.*\b(?:duplicat|dependenc|avoid|clean(?:s|ed|ing)? up"
    r"|(?:dead|deadcode|unreachable|stale|obsolete|documentation|change-?log|release notes|nits?|minor|clean-?up"
    r"|left-?overs?|typos?|tests?(?! (?:command|option|flag))|testing)\b)",
    re.IGNORECASE,
)
"""What mends, reverts, tidies up or is about tools, whatever it takes away. Of 540 such changes that only a model took
for breaking maintainers filed 24 so, 185 otherwise, and left the rest out; of 173 that speak of tests, the changelog,
nits and the like 3 and 10."""


def breaks_nothing(change: Change, may_break: bool) -> bool:
    """Whether a change breaks nothing for anybody, whatever a model makes of it: its pages of documentation ship
    nothing, nobody has used what was never used, it only mends or tidies up, or its author knew what a chore is. In
    versions that `may_break` things a chore may take away what users set or call."""
    said = spoken_category(change.headline)
    text = change.headline.text
    if said is Category.DOCS or any(says(text) for says in (_SPARE.search, _INSIDE.search, OWN_TOOLS.match)):
        return True
    if _SPARES_USERS.match(text) and " and deprecat" not in text:
        return True
    if _MENDS_ONLY.match(text) and not _BREAKS.search(change.title):
        return True
    if _KEEPS.match(text) and not _BREAKS.search(change.title):
        return True
    if said is Category.INTERNAL and change.headline.kind in _UPKEEP and not _ends(change):
        return not (may_break and _TAKES_AWAY.search(text))
    return bool(change.files) and all(role(file.path) == "docs" for file in change.files)


def goes_unsaid(change: Change) -> bool:
    """Whether its author does not say that anything is otherwise than before."""
    said = _TURNS.search(change.title) or _SAYS_BREAKING.search(change.body) or ends_support(change)
    return not said


def ends_support(change: Change) -> bool:
    """Whether something that worked works no longer by the title's own words: "Drop support for X", "Drop Ruby 2"."""
    text = change.headline.text
    return text[:1] in "dDrReE" and _ENDS.match(text) is not None


def takes_a_name_away(change: Change) -> bool:
    """Whether all that is said, under no kind, is that a name of code is gone: "Remove `Reader::read_with`"."""
    text = change.headline.text
    return not change.headline.kind and text[:1] in "dDrR" and _TAKES_A_NAME.match(text) is not None


def _ends(change: Change) -> bool:
    return ends_support(change) or DEPRECATES.search(change.headline.text) is not None
