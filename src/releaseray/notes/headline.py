"""Takes a title apart: what its author put before and after the sentence (prefix, scope, emoji, tags, tickets)."""

import re
from functools import lru_cache
from typing import NamedTuple

from releaseray.notes.regexes import regex

_KINDS = (
    "feat feature features fix fixes fixed bugfix hotfix perf performance docs doc documentation style styles "
    "refactor refactoring test tests testing build ci chore chores revert security sec deps dep dependencies "
    "release wip improve improvement enhancement enh enhance bug bump breaking add added remove removed change "
    "changed deprecate deprecated update updated minor major patch tweak optimize cleanup clean lint typo i18n "
    "bld bug dev api maint mnt rel sty tst cln typ doc tst internal misc polish types new imp ref rls regr bench"
)
KINDS = frozenset(_KINDS.split())
"""Words that, before a colon, say what KIND of change this is; any other word there is an area (a scope)."""

_LEAD = regex(
    r"\s*(?:"
    r"(?P<emoji>:[a-z][a-z0-9_+-]+:|[\u2190-\u21ff\u231a-\u23ff\u2460-\u27bf\u2900-\u297f\u2b05-\u2b55"
    r"\u3030\u303d\u3297\u3299\U0001f000-\U0001faff][\ufe0f\u200d\U0001f000-\U0001faff\u2640\u2642]*)(?:\s?:(?=\s))?"
    r"|[\[【](?P<tag>[^\[\]【】\n]{1,60})[\]】](?!\()(?:\s*[:-](?=\s))?"
    r"|(?P<django>(?:(?:Fix|Fixed|Refs?|Fixes|Closes|Closed|Resolved|Resolves)\s+)?#\d+"
    r"(?:(?:,?\s+(?:and|&)\s+|,\s*)(?:(?:[Ff]ixed|[Rr]efs?|[Cc]loses)\s+)?#\d+)*\s*(?:--?|—|–|:)(?=\s))"
    r"|(?P<ticket>(?:(?:gh|GH|bpo)-\d+|[A-Z][A-Z0-9]{1,9}-\d+|\([A-Z][A-Z0-9]{1,9}-\d+\)|[Ii]ssue\s+#\d+|\(#\d+\)|#\d+)(?:,\s*[A-Z]+-\d+)*"
    r"(?:\s*[:\-–|](?=\s)|(?=\s)))"
    r"|\d{3,6}\s?[-–—](?=\s)"
    r"|v?\d{1,3}\.(?:\d{1,3}|x)(?:\.(?:\d{1,3}|x))?\s\|(?=\s)"
    r"|(?P<prefix>[A-Za-z0-9_.*/@+{},-]{1,50}(?:\s?[/&+,]\s?[\w./-]{1,30})?)(?P<bang_before>!)?"
    r"(?:\s?\((?P<scope>[^()\n]{0,80})\))?(?P<bang>!)?\s?:(?P<bang_after>!)?(?=\s|[\u2600-\u27bf\U0001f300-\U0001faff]|$)"
    r")"
)
_TRAIL = regex(
    r"\s*(?:"
    r"[(\[](?:(?:[Cc]lose[sd]?|[Ff]ix(?:es|ed)?|[Rr]esolve[sd]?|[Rr]efs?|[Ss]ee|[Ii]ssue|[Pp][Rr]|"
    r"[Pp]ull [Rr]equest|[Bb]ackport(?:s| of)?|part of|via)?:?\s*"
    r"(?:[\w.-]+/[\w.-]+)?(?:#|!|GH-|gh-|PR-)\d+[,;/&\s]*(?:and\s+)?)+[)\]]"
    r"|[(\[][A-Z][A-Z0-9]{1,9}-\d+[)\]]"
    r"|(?P<bare>[,.]?\s[-–]?\s*(?:[Cc]lose[sd]?|[Ff]ix(?:es|ed)?|[Rr]esolve[sd]?|[Rr]efs?|[Ss]ee)(?: issues?)?\s*:?\s*"
    r"(?:(?:[\w.-]+/[\w.-]+)?#\d+(?:,\s*)?)+"
    r"|\s[(\[]?#\d+)"
    r"|\[(?:(?:skip|no|ci)[ -][\w-]{1,20}|[\w-]{1,20} skip)\]"
    r"|\s[(\[](?:(?:[Pp]art|(?:[Ss]tacked\s)?PR|[Pp]atch)\s)?\d{1,2}(?:/| of )\d{1,2}[)\]]"
    r"|[\u2728\U0001f300-\U0001faff][\ufe0f\u200d\U0001f300-\U0001faff]*"
    r")\s*\.?$"
)
_DANGLING = regex(r"(?:\s(?:in|for|of|from|with|see|on|to|by|and|or|via|since|after|per|as|introduced|caused)){1,2}$")
"""What led to a number stands alone when the number is gone: "Fix a regression in #12"."""

_MARKED = regex(
    r"^BREAKING (?!CHANGE)|^(?i:breaking changes?: )"
    r"|(?P<before>: |\) )BREAKING(?: (?!CHANGE)|: )"
    r"|(?P<joint>[,;+-] )BREAKING: "
    r"|\s[\[(](?i:breaking(?: changes?)?)[\])](?=\s*(?:$|[\[(#]))"
)
"""Words by which authors mark what breaks, other than a prefix: "refactor(Canvas): BREAKING remove x", "Rename x
[breaking]"."""

_LOOSE = regex(
    r"(feat|feature|fix|bugfix|hotfix|docs?|chore|perf|refactor|tests?|ci|build|style|breaking)"
    r"(\([^()\n]{0,80}\))?(!)?(?::(?=[^\s:/])|/(?=[a-z][\w-]* [a-z])|(?<=[)!])(?<!\(s\))\s(?=[\w`]))",
    re.IGNORECASE,
)
"""A prefix without its space or its colon ("fix(css) the order", "fix! the order"), or as the branch had it, whose
name forges take for a title: "Feat/copy a page"."""

_BREAKING = "breaking"
_TWO_WORDS = regex(r"(?:bug|hot)[ -](?=fix(?:es)?:)|new (?=feature:)", re.IGNORECASE)
_TWO_OPENINGS = frozenset("bBhHnN")
_LOOSE_OPENINGS = frozenset("fFhHdDcCpPrRtTbBsSnN")
_AREA = regex(r"(?!(?:note|error|warning|todo|also|regression|crash|https?)$)[a-z][a-z0-9_./*-]{1,24}(?<!error)")
_JOINT = regex(r"\s?[/&+,]\s?")
_SHOUTED = {"DEP": "deprecate", "DEP/TYP": "deprecate", "DEPR": "deprecate"}
"""Kinds that mean something else in capitals, by NumPy's convention of commit messages."""


class Headline(NamedTuple):
    """A title and its parts.

    `title` is what was taken apart, `text` the sentence that is left. `kind` is the word before the colon when
    it is one of `KINDS`, lower-cased (`feat`), else empty; `scope` the parenthesis after it, or the area the
    title opens with (`http2: …`). `breaking` is the author's mark: `!`, or the word where it stands apart from the
    sentence. `emoji` and `tags` are the author's own, in order; tickets are dropped, because the links of the change
    hold them.
    """

    title: str
    text: str
    kind: str = ""
    scope: str = ""
    breaking: bool = False
    emoji: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@lru_cache(maxsize=16384)
def headline(title: str) -> Headline:
    """The parts of `title`, which is one line without merge boilerplate."""
    title = whole = " ".join(title.split())
    if marked := "reaking" in title or "BREAKING" in title:
        title = _MARKED.sub(r"\g<before>\g<joint>", title)
        marked = len(title) < len(whole)
    if title[:1] == "!" and (lead := _LEAD.match(title, 1)) and _kind((lead["prefix"] or "").lower()):
        title, marked = title[1:], True
    if title[:1] in _LOOSE_OPENINGS:
        if title[0] in _TWO_OPENINGS and (two := _TWO_WORDS.match(title)):
            title = title[two.end() :]
        if loose := _LOOSE.match(title):
            title = f"{loose[1]}{loose[2] or ''}{loose[3] or ''}: {title[loose.end() :]}"
    kind = scope = ""
    breaking = marked
    emoji: list[str] = []
    tags: list[str] = []
    start = 0
    while (lead := _LEAD.match(title, start)) and lead.end() < len(title):
        sign, tag, _, _, prefix, bang_before, within, bang, bang_after = lead.groups()
        if sign:
            emoji.append(sign)
        elif tag:
            tags.append(tag.strip())
            breaking = breaking or tag.lower().startswith(_BREAKING)
        elif prefix:
            word = _SHOUTED.get(prefix) or _kind(prefix.lower())
            if not word and (scope or (kind and not _AREA.fullmatch(prefix))):
                break
            if word:
                kind, scope = kind or word, within or scope
            else:
                scope = f"{prefix}({within})" if within else prefix
            breaking = breaking or bool(bang_before or bang or bang_after or (within or "").endswith("!"))
            breaking = breaking or _BREAKING in {word, (within or "").lower()}
        start = lead.end()
    text = without_trailer(title[start:].strip())
    return Headline(whole, text or title, kind, _area(scope), breaking, tuple(emoji), tuple(tags))


def _area(scope: str) -> str:
    scope = scope.strip().rstrip("!")
    return "" if scope.lower() == _BREAKING else scope


def _kind(prefix: str) -> str:
    """The kind that a prefix names, the first of several ("BUG, TST"); empty for an area."""
    if prefix in KINDS:
        return prefix
    if prefix.isalnum():
        return ""
    words = _JOINT.split(prefix)
    return words[0] if len(words) > 1 and all(word in KINDS for word in words) else ""


def without_trailer(text: str) -> str:
    """The sentence without the pull requests, issues and tickets that it ends with: links hold them."""
    while text and (text[-1] in ")]0123456789.\ufe0f" or ord(text[-1]) > 0x2727):
        trail = _TRAIL.search(text)
        if not trail or not trail.start():
            break
        text = text[: trail.start()].rstrip(" ,;")
        text = _DANGLING.sub("", text) or text if trail["bare"] else text
    return text
