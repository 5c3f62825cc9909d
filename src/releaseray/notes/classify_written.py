"""What the author of a change wrote for the release notes: fragments, release-note blocks, trailers, labels."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from releaseray.notes.change import Change, Fragment
from releaseray.notes.conventions import KIND_CATEGORIES, heading_category, label_category, says_no_note
from releaseray.notes.draft import QUIET, Category
from releaseray.notes.regexes import regex
from releaseray.notes.release_note import MARK, Block, blocks
from releaseray.notes.template import ticked


class Said(NamedTuple):
    """`category` and `keep` are None where the author left them open; `reason` names the place. `harmless` says that
    the author could have called it breaking there and called it a change."""

    category: Category | None
    keep: float | None
    reason: str
    harmless: bool = False


MOST_BODY = 20_000
"""Characters of a body that are searched."""

LISTED = 0.97
LEFT_OUT = 0.03
_NONE = regex(r"\W*(?:none|n/?a|no)?\W*", re.IGNORECASE)
_TRAILER = regex(r"^Changelog: *([\w /-]+?) *$", re.MULTILINE)
_FOOTER = regex(r"^BREAKING[ -]CHANGES?: *(?!(?i:none|no|nil|nothing|n/?a)\W*$)[^\s-]", re.MULTILINE)
_MARK = regex(r"\s*(?:[-*] +)?\[([A-Za-z][A-Za-z /-]{1,30})\]")
_FIELD = regex(r"^(?:change_type|kind|type|category)\s*:\s*['\"]?([\w -]+?)['\"]?\s*(?:#.*)?$", re.MULTILINE)
_RENO = regex(r"^(features|fixes|issues|upgrade|deprecations|critical|security|other|prelude)\s*:", re.MULTILINE)
_BUMP = regex(r"^['\"]?[@\w./-]+['\"]?\s*:\s*(major|minor|patch)\s*$", re.MULTILINE)
_KINDS = {
    "removal": Category.BREAKING,
    "removals": Category.BREAKING,
    "upgrade": Category.BREAKING,
    "critical": Category.FIX,
    "issues": Category.FIX,
    "contrib": Category.INTERNAL,
    "trivial": Category.INTERNAL,
    "process": Category.INTERNAL,
    "misc": Category.INTERNAL,
    "changed": None,
    "change": None,
    "note": None,
    "none": Category.INTERNAL,
    "major": Category.BREAKING,
}
_MENDS = regex(r"\s*(?:bug)?fix(?:e[sd])?\b", re.IGNORECASE)
_HARMLESS = frozenset({"change", "note"})
_EXTENSIONS = frozenset({"md", "rst", "txt", "markdown", "adoc", "asciidoc", "yml", "yaml", "toml", "json", "html"})
_GITHUB_MAJOR = regex(r"^(?:semver[-:/ ]?)?major$|^(?:kind/)?(?:api|breaking)[- ]?change$|^breaking$", re.IGNORECASE)


def written(change: Change) -> Said | None:
    """The most trusted thing the author said outright; None where all is left to the reader."""
    return next(_sayings(change), None)


def says_loudly(change: Change) -> bool:
    """Whether the author wrote for users, in a fragment or a release-note block, of what else is upkeep."""
    if not change.fragments and MARK not in change.body:
        return False
    said = written(change)
    return said is not None and said.keep == LISTED


def _sayings(change: Change) -> Iterator[Said]:
    if change.labels and (label := says_no_note(change.labels)):
        yield Said(None, LEFT_OUT, f"label {label}")
    if change.fragments:
        yield _fragment(change.fragments[0])
    body = change.body[:MOST_BODY]
    if block := next(blocks(body), None):
        yield _block(block)
    if "hangelog: " in body and (trailer := _TRAILER.search(body)):
        yield _of_kind(trailer[1], f"trailer Changelog: {trailer[1]}")
    if change.headline.breaking:
        yield Said(Category.BREAKING, LISTED, "marked as breaking")
    if "BREAKING" in body and _FOOTER.search(body):
        yield Said(Category.BREAKING, LISTED, "footer BREAKING CHANGE")
    yield from _labels(change)
    if box := ticked(body):
        yield Said(box, LISTED if box is Category.BREAKING else None, f"box ticked for {box}")


def _labels(change: Change) -> Iterator[Said]:
    for label in change.labels:
        if _GITHUB_MAJOR.match(label):
            yield Said(Category.BREAKING, LISTED, f"label {label}")
    for label in change.labels:
        if category := label_category(label):
            yield Said(category, None, f"label {label}")


def _block(block: Block) -> Said:
    if _NONE.fullmatch(block.text):
        return Said(None, LEFT_OUT, "release-note block says none")
    mark = _MARK.match(block.text)
    return _of_kind(block.kind or (mark[1] if mark else ""), "release-note block")


def _of_kind(kind: str, reason: str) -> Said:
    word = kind.strip().lower().replace("_", " ")
    category = _KINDS[word] if word in _KINDS else KIND_CATEGORIES.get(word) or heading_category(word)
    return Said(category, LEFT_OUT if category in QUIET else LISTED, reason, word in _HARMLESS)


def _fragment(fragment: Fragment) -> Said:
    """A news fragment's kind is in its name (towncrier), in a field (changie, chloggen), its keys (reno), on its fence
    (go-changelog) or is the size of the step it asks for (changesets)."""
    name = fragment.path.rpartition("/")[2]
    reason = f"news fragment {name}"
    if block := next(blocks(fragment.text), None):
        return _block(block)._replace(reason=reason)
    if bumps := _BUMP.findall(fragment.text[:2000]):
        prose = fragment.text.rpartition("---")[2]
        prefix = re.match(r"\s*(\w+)(?:\([^)]*\))?!?:", prose)
        spoken = KIND_CATEGORIES.get(prefix[1].lower()) if prefix else None
        told = spoken or (Category.FIX if _MENDS.match(prose) else Category.FEATURE if "minor" in bumps else None)
        category = Category.BREAKING if "major" in bumps else told
        return Said(category, LISTED, reason, set(bumps) == {"patch"})
    if found := _FIELD.search(fragment.text):
        return _of_kind(found[1], reason)
    if name.endswith((".yaml", ".yml")) and (key := _RENO.search(fragment.text)):
        return _of_kind(key[1], reason)
    parts = name.lower().split(".")
    parts = parts[:-1] if parts[-1] in _EXTENSIONS or len(parts) == 1 else parts
    words = [word for part in parts for word in re.split(r"[_\d-]+", part) if word]
    kind = next((word for word in words if word in _KINDS or word in KIND_CATEGORIES or heading_category(word)), "")
    return _of_kind(kind, reason)
