"""Takes a title apart: what its author put before and after the sentence (prefix, scope, emoji, tags, tickets)."""

import re
from typing import NamedTuple

_KINDS = (
    "feat feature features fix fixes fixed bugfix hotfix perf performance docs doc documentation style styles "
    "refactor refactoring test tests testing build ci chore chores revert security sec deps dep dependencies "
    "release wip improve improvement enhancement enh enhance bug bump breaking add added remove removed change "
    "changed deprecate deprecated update updated minor major patch tweak optimize cleanup clean lint typo i18n "
    "bld bug dev api maint mnt rel sty tst cln typ doc tst internal misc polish types new imp ref"
)
KINDS = frozenset(_KINDS.split())
"""Words that, before a colon, say what KIND of change this is; any other word there is an area (a scope)."""

_LEAD = re.compile(
    r"\s*(?:"
    r"(?P<emoji>:[a-z][a-z0-9_+-]+:|[\u2190-\u21ff\u231a-\u23ff\u2460-\u27bf\u2900-\u297f\u2b05-\u2b55"
    r"\u3030\u303d\u3297\u3299\U0001f000-\U0001faff][\ufe0f\u200d\U0001f000-\U0001faff\u2640\u2642]*)"
    r"|\[(?P<tag>[^\[\]\n]{1,60})\](?!\()(?:\s*[:-](?=\s))?"
    r"|(?P<django>(?:(?:Fix|Fixed|Refs?|Fixes|Closes|Closed|Resolved|Resolves)\s+)?#\d+"
    r"(?:(?:,?\s+(?:and|&)\s+|,\s*)(?:(?:[Ff]ixed|[Rr]efs?|[Cc]loses)\s+)?#\d+)*\s*(?:--?|—|–|:)(?=\s))"
    r"|(?P<ticket>(?:(?:gh|GH|bpo)-\d+|[A-Z][A-Z0-9]{1,9}-\d+|[Ii]ssue\s+#\d+|\(#\d+\)|#\d+)(?:,\s*[A-Z]+-\d+)*"
    r"(?:\s*[:\-–|](?=\s)|(?=\s)))"
    r"|(?P<prefix>[A-Za-z0-9_.*/@+{},-]{1,50}(?:\s?[/&+,]\s?[\w./-]{1,30})?)(?:\s?\((?P<scope>[^()\n]{0,80})\))?"
    r"(?P<bang>!)?:(?P<bang_after>!)?(?=\s|[\u2600-\u27bf\U0001f300-\U0001faff]|$)"
    r")"
)
_TRAIL = re.compile(
    r"\s*(?:"
    r"[(\[](?:(?:[Cc]lose[sd]?|[Ff]ix(?:es|ed)?|[Rr]esolve[sd]?|[Rr]efs?|[Ss]ee|[Ii]ssue|[Pp][Rr]|"
    r"[Pp]ull [Rr]equest|[Bb]ackport(?:s| of)?|part of|via)?:?\s*"
    r"(?:[\w.-]+/[\w.-]+)?(?:#|!|GH-|gh-|PR-)\d+[,;/&\s]*(?:and\s+)?)+[)\]]"
    r"|[(\[][A-Z][A-Z0-9]{1,9}-\d+[)\]]"
    r"|,?\s[-–]?\s*(?:[Cc]lose[sd]?|[Ff]ix(?:es|ed)?|[Rr]esolve[sd]?|[Rr]efs?|[Ss]ee)\s*:?\s*(?:#\d+(?:,\s*)?)+"
    r"|\s#\d+"
    r"|\[(?:skip ci|ci skip|no ci|skip-ci|skip actions|actions skip)\]"
    r"|[\u2728\U0001f300-\U0001faff][\ufe0f\u200d\U0001f300-\U0001faff]*"
    r")\s*\.?$"
)


class Headline(NamedTuple):
    """A title and its parts.

    `title` is what was taken apart, `text` the sentence that is left. `kind` is the word before the colon when
    it is one of `KINDS`, lower-cased (`feat`), else empty; `scope` the parenthesis after it, or the area the
    title opens with (`http2: …`). `breaking` is the `!` mark. `emoji` and `tags` are the author's own, in order;
    tickets are dropped, because the links of the change hold them.
    """

    title: str
    text: str
    kind: str = ""
    scope: str = ""
    breaking: bool = False
    emoji: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


def headline(title: str) -> Headline:
    """The parts of `title`, which is one line without merge boilerplate."""
    title = " ".join(title.split())
    kind = scope = ""
    breaking = False
    emoji: list[str] = []
    tags: list[str] = []
    start = 0
    while (lead := _LEAD.match(title, start)) and lead.end() < len(title):
        sign, tag, _, _, prefix, within, bang, bang_after = lead.groups()
        if sign:
            emoji.append(sign)
        elif tag:
            tags.append(tag.strip())
        elif prefix:
            word = prefix.lower()
            if (kind or scope) and word not in KINDS:
                break
            if word in KINDS:
                kind, scope = kind or word, within or scope
            else:
                scope = f"{prefix}({within})" if within else prefix
            breaking = breaking or bool(bang or bang_after)
        start = lead.end()
    text = _without_trailer(title[start:].strip())
    return Headline(title, text or title, kind, scope.strip(), breaking, tuple(emoji), tuple(tags))


def _without_trailer(text: str) -> str:
    while text and (text[-1] in ")]0123456789.\ufe0f" or ord(text[-1]) > 0x2727):
        trail = _TRAIL.search(text)
        if not trail or not trail.start():
            break
        text = text[: trail.start()].rstrip(" ,;")
    return text
