"""What stands beside a draft: highlights as an editor would choose them, and what an upgrade asks for."""

import re
from collections.abc import Iterator, Sequence

from releaseray.notes.aside import ships
from releaseray.notes.draft import Category
from releaseray.notes.fate import Fate
from releaseray.notes.highlights import highlights
from releaseray.notes.markdown import code, inline
from releaseray.notes.prepared import Item, Prepared
from releaseray.notes.regexes import regex
from releaseray.notes.upgrade import Requirement
from releaseray.notes.wording import capital, imperative, says_two_things

__all__ = ["catchword", "highlights", "upgrade_instructions"]

_MOST_STEPS = 20
_LONGEST_STEP = 400
_MOST_BODY = 8_000
_BARE = regex(r"(?:Add(?: support for)?|Introduce|Implement|Support(?: for)?)\s+(?:an? |the )?(?!\w+ing\b)(?=\S)")
_CODE = regex(r"[_`(]|::|[a-z][A-Z][a-z]")
_BREAKING_NOTE = regex(
    r"^[ \t]*BREAKING[ -]CHANGES?(?:\([^)\n]*\))?:?[ \t]*\n?(.+?)(?=\n[ \t]*\n|\n[\w-]+: |\Z)", re.MULTILINE | re.DOTALL
)


def catchword(item: Item) -> str:
    """An item as a highlight: what was added, without the verb ("OAuth2 PKCE"), which a lone name of code needs."""
    text = imperative(item.note, item.fault)
    single = item.category is Category.FEATURE and not says_two_things(text)
    bare = _BARE.sub("", text, count=1) if single else text
    return capital(text if " " not in bare and _CODE.search(bare) else bare)


def upgrade_instructions(release: Prepared) -> str | None:
    """What somebody who upgrades has to do or to know, in Markdown; None when there is nothing."""
    steps = [_requirement(need) for need in release.requirements]
    steps += _steps(release.items)
    if not steps:
        return None
    more = [f"- …and {len(steps) - _MOST_STEPS} more breaking changes"] if len(steps) > _MOST_STEPS else []
    return "\n".join([*(f"- {step}" for step in steps[:_MOST_STEPS]), *more])


def _steps(items: Sequence[Item]) -> Iterator[str]:
    for category in (Category.BREAKING, Category.DEPRECATION):
        pressing = [item for item in items if item.category is category and item.fate is Fate.TOLD and item.matters]
        for item in sorted(pressing, key=lambda item: -item.weight):
            found = _BREAKING_NOTE.search(item.change.body)
            if not found and _asks_nothing(item):
                continue
            detail = _shortened(" ".join(found[1].split())) if found else _advice(item.change.body)
            yield _step(item.note, detail)


def _step(note: str, detail: str) -> str:
    """What changed, and what to do about it; said once where the author's own sentence says both."""
    _, found, rest = detail.partition(note)
    if found:
        return inline(imperative(note + rest))
    return inline(imperative(note)) + (f": {inline(detail)}" if detail else "")


_NEEDLESS = regex(
    r"remove (?:\w+ ){0,2}(?:unnecessary|unneeded|needless|redundant|superfluous|dead|unused|duplicated?)\b",
    re.IGNORECASE,
)


def _asks_nothing(item: Item) -> bool:
    """Whether what was taken for breaking only frees of something, or touches nothing that anybody runs."""
    change = item.change
    if change.headline.breaking or change.fragments or change.labels:
        return False
    return not ships(change.files) or _NEEDLESS.match(imperative(item.note)) is not None


_ADVICE = regex(
    r"\b(?:(?:use|call|pass|set|prefer|import|replace|switch to)\b.{1,120}\binstead|must now"
    r"|(?<!\bwe )needs? to (?:be )?(?:updat|chang|migrat|replac|renam)\w*|should now (?:use|be)|replaced? (?:by|with)"
    r"|migrate (?:to|from))\b",
    re.IGNORECASE,
)
_COMMIT = regex(r"[-* ]*[a-z]{2,12}(?:\([^()]*\))?!?: ")
"""What the squashed commits of a pull request say of themselves, and not to its users."""

_NO_PROSE = regex(r"^[ \t]*(?:[-*] \[|>|#|<|\||`{3}|[\w-]+: |https?:)|<!--|^ {4}")
_SENTENCE = regex(r"(?<=[.!?])\s+(?=[A-Z`\"'(])")
_LONGEST_ADVICE = 220


def _advice(body: str) -> str:
    """The author's own sentence on what to do now ("Use X instead"), where one stands in the text; else empty."""
    if not _ADVICE.search(body):
        return ""
    for paragraph in body[:_MOST_BODY].split("\n\n"):
        if _NO_PROSE.search(paragraph):
            continue
        for sentence in _SENTENCE.split(" ".join(paragraph.split())):
            if (
                _ADVICE.search(sentence)
                and len(sentence) <= _LONGEST_ADVICE
                and sentence[0] not in "(["
                and "http" not in sentence
                and not _COMMIT.match(sentence)
            ):
                return sentence.lstrip("-* ").rstrip(".")
    return ""


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_STEP else text[:_LONGEST_STEP].rsplit(" ", 1)[0] + "…"


def _requirement(need: Requirement) -> str:
    if need.after is None:
        return f"The setting {code(need.what)} is gone: remove it from your configuration."
    before = f" (it was {code(need.before)})" if need.before else ""
    return f"{inline(need.what)} {code(need.after)} is required{before}."
