"""Keeps several notes apart that came in as one change: typed bullets of a squash body, several news fragments."""

import re
from collections.abc import Iterator

from releaseray.notes.change import Change, Fragment
from releaseray.notes.headline import Headline, headline
from releaseray.notes.regexes import regex
from releaseray.notes.release_note import blocks

_BULLET = regex(r"^[*-] +(\S.*(?:\n {2,}\S.*)*)", re.MULTILINE)
_TYPED = regex(
    r"^[*-] +(?:feat|fix|perf|security|deprecat|remove|add|\w+(?:\([^)\n]*\))?!:)", re.IGNORECASE | re.MULTILINE
)
_TELLING_TEXT = """
feat feature fix bugfix perf security deprecate deprecated add added remove removed breaking
"""
_TELLING = frozenset(_TELLING_TEXT.split())
_FOLLOW_UP = regex(
    r"\b(?:review|comments?|feedback|tests?|lint\w*|typos?|ci|format\w*|build|address|merge|conflicts?|nits?|wip|rebase|"
    r"types?|imports?|docs?|changelog|cleanup|again|forgot|oops|pr|suggestions?|snapshots?|mypy|eslint|clippy|doctests?)\b",
    re.IGNORECASE,
)
_CARRIER = regex(
    r"(?:v?\d+(?:\.\d+)+\s+)?(?:back-?ports?|cherry[- ]picks?)(?:\s+(?:for|to|into)\s+v?\d+(?:\.[\dx]+)+)?",
    re.IGNORECASE,
)
"""A title that says only that others were carried over: what they are stands in the body."""

_SEVERAL = regex(
    r"\b(?:several|various|multiple|misc(?:ellaneous)?|assorted|fixes|bugs|improvements|enhancements|features|changes"
    r"|updates|tweaks|corrections|things|stuff)\b",
    re.IGNORECASE,
)
"""What the title of a pull request that holds several notes says. Of the others whose text lists typed commits,
maintainers of a dozen projects wrote one note for nine in ten."""

_WORD = regex(r"[a-z][\w-]{3,}")
_COMMON_TEXT = """
with from when that this into using support adding added fixes fixed make only more some them than
"""
_COMMON = frozenset(_COMMON_TEXT.split())


def apart(change: Change) -> list[Change]:
    """The notes that `change` holds, in its author's order: itself, when it holds one.

    Fragments come first: an author who wrote two meant two notes. Bullets of a squash body are notes of their own
    when at least two are typed as telling (`feat: …`, `fix: …`) and none only mends or continues another: the
    commits of one branch, squashed, are one note, and so is a pull request whose title speaks of one thing. A title
    that only says "backports" leaves it to the bullets.
    """
    if change.fragments:
        fragments = [one for fragment in change.fragments for one in _items(fragment)]
        return [change._replace(fragments=(one,)) for one in fragments] if len(fragments) > 1 else [change]
    if not _lists(change.body):
        return [change]
    if _CARRIER.fullmatch(change.headline.text):
        carried = [headline(" ".join(bullet[1].split())) for bullet in _BULLET.finditer(change.body)]
        return [change._replace(headline=parts, body="") for parts in carried] or [change]
    if not _several(change.body) or (change.pr is not None and not _SEVERAL.search(change.headline.text)):
        return [change]
    notes = list(_notes(change))
    if len(notes) < 2:
        return [change]
    return [change._replace(headline=parts, body=body, fragments=()) for parts, body in notes]


def _items(fragment: Fragment) -> list[Fragment]:
    """A fragment that is a list of notes, as one for each; the fragment itself, where it is one."""
    if fenced := [block.whole for block in blocks(fragment.text)]:
        return [Fragment(fragment.path, note) for note in fenced]
    text = fragment.text.strip()
    bullets = [bullet[0] for bullet in _BULLET.finditer(text)] if text[:2] in ("* ", "- ") else []
    return [Fragment(fragment.path, bullet) for bullet in bullets] if len(bullets) > 1 else [fragment]


def _lists(body: str) -> bool:
    return "\n* " in body or "\n- " in body or body.startswith(("* ", "- "))


def _several(body: str) -> bool:
    typed = _TYPED.finditer(body)
    return next(typed, None) is not None and next(typed, None) is not None


def _notes(change: Change) -> Iterator[tuple[Headline, str]]:
    taken: list[set[str]] = []
    for bullet in _BULLET.finditer(change.body):
        title, _, body = bullet[1].partition("\n")
        parts = headline(title)
        if parts.kind not in _TELLING and not parts.breaking:
            continue
        words = _words(parts.text) | ({parts.scope.lower()} if parts.scope else set())
        if parts.text.count(" ") < 1 or _FOLLOW_UP.search(parts.text) or any(words & others for others in taken):
            continue
        taken.append(words)
        yield parts, body
    title = _words(change.headline.text)
    if change.headline.kind in _TELLING and taken and not any(title & words for words in taken):
        yield change.headline, ""


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.lower())) - _COMMON
