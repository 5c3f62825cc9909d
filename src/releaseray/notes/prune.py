"""What a reader need not see: changes taken back within the range, said twice, or made by and for machines."""

import re
from collections.abc import Iterator, Sequence

from releaseray.notes.change import Change
from releaseray.notes.fate import Fate, fate_of
from releaseray.notes.headline import Headline
from releaseray.notes.regexes import regex
from releaseray.notes.titles import Titles

_QUOTED = regex(
    r'(?:(?:this )?reverts?|reapply|reland|back ?out)(?: of)?(?: pr| pull request)?:?\s*["“\'](.+)["”\']', re.IGNORECASE
)
_REVERT = regex(r"(?:this )?(?:reverts?|back(?:s|ed)? ?out|undo(?:es)?)\b(?!ing)", re.IGNORECASE)
_REAPPLY = regex(r"(?:reapply|reland|re-apply|re-land|unrevert)\b", re.IGNORECASE)
_OPENINGS = frozenset("TtRrBbUu")
"""First letters of what the two patterns above match: most titles begin with another."""

_REVERTED_SHA = regex(
    r"[Rr]evert(?:s|ing|ed)?(?: of)?(?: the)?(?: (?:changes?|commits?|merge))?:?"
    r"((?:[\s,(]{1,3}(?:and\s)?[0-9a-f]{7,64}\b){1,20})"
)
_SHA = regex(r"\b[0-9a-f]{7,64}\b")
_REVERTED_PR = regex(
    r"^[ \t]*(?:this )?(?:PR )?reverts?:?[ \t]+(?:PR |pull request )?(?:[\w.-]+/[\w.-]+)?[#!](\d+)",
    re.IGNORECASE | re.MULTILINE,
)
_DIGEST = regex(r"(?<![\w.])[0-9a-f]{32,64}$")
_PICKED = regex(r"\(cherry picked from commit ([0-9a-f]{7,64})\)")


def prune(changes: Sequence[Change]) -> list[tuple[Change, Fate]]:
    """Each change (duplicates joined), newest first as given, with what becomes of it."""
    joined = _joined(changes)
    cancelled = _cancelled(joined)
    told = []
    for at, change in enumerate(joined):
        fate = Fate.CANCELLED if at in cancelled else fate_of(change)
        reverts = fate is Fate.TOLD and _takes_back(change.headline)
        told.append((change._replace(reverts=True) if reverts else change, fate))
    return told


def _takes_back(title: Headline) -> bool:
    return title.kind == "revert" or (title.text[:1] in _OPENINGS and _REVERT.match(title.text) is not None)


def _joined(changes: Sequence[Change]) -> list[Change]:
    """Changes told twice become one: the same sentence, or a cherry-pick of what the range holds as well."""
    by_sha = {sha: at for at, change in enumerate(changes) for sha in change.shas}
    by_text: dict[str, int] = {}
    twins: dict[int, list[int]] = {}
    for at, change in enumerate(changes):
        first = _original(change, by_sha)
        key = _DIGEST.sub("", change.headline.text.casefold())
        if (
            first is None
            and key.count(" ") >= 2
            and not change.reverts
            and not (key[0] in _OPENINGS and (_REVERT.match(key) or _REAPPLY.match(key)))
        ):
            first = by_text.setdefault(key, at)
        if first is not None and first != at and first not in twins.get(at, ()):
            twins.setdefault(first, []).append(at)
    gone = {at for others in twins.values() for at in others}
    return [
        _join(change, [changes[o] for o in twins.get(at, ())]) for at, change in enumerate(changes) if at not in gone
    ]


def _original(change: Change, by_sha: dict[str, int]) -> int | None:
    if "cherry picked" not in change.body:
        return None
    return next((by_sha[sha] for sha in _PICKED.findall(change.body) if sha in by_sha), None)


def _join(change: Change, others: list[Change]) -> Change:
    if not others:
        return change
    alike = [change, *others]
    return change._replace(
        shas=tuple(dict.fromkeys(sha for one in alike for sha in one.shas)),
        pr=next((one.pr for one in alike if one.pr is not None), None),
        authors=tuple(dict.fromkeys(person for one in alike for person in one.authors)),
        closes=tuple(dict.fromkeys(number for one in alike for number in one.closes)),
        files=change.files or next((one.files for one in others if one.files), ()),
    )


def _cancelled(changes: Sequence[Change]) -> set[int]:
    """Positions of reverts and of what they revert, where both are in the range.

    Read oldest first, because a revert can itself be reverted: then it is the revert that goes, and what it took
    back stands again.
    """
    by_sha = {sha[:7]: at for at, change in enumerate(changes) for sha in change.shas}
    by_pr = {change.pr: at for at, change in enumerate(changes) if change.pr is not None}
    by_title = Titles(changes)
    undone: dict[int, list[int]] = {}
    gone: set[int] = set()
    for at in range(len(changes) - 1, -1, -1):
        change = changes[at]
        if _is_revert(change):
            targets = [
                t for t in _targets(at, changes, by_sha, by_pr, by_title) if t > at and (t not in gone or t in undone)
            ]
            if targets:
                undone[at] = targets
                gone.update([at, *targets])
                for target in targets:
                    gone.difference_update(undone.get(target, ()))
    return gone


def _is_revert(change: Change) -> bool:
    text = change.headline.text
    return bool(
        change.headline.kind == "revert" or (text[:1] in _OPENINGS and (_REVERT.match(text) or _REAPPLY.match(text)))
        or ("everts commit" in change.body and "his reverts commit" in change.body[:2000] and len(change.shas) == 1)
    )  # fmt: skip


def _targets(
    revert: int, changes: Sequence[Change], by_sha: dict[str, int], by_pr: dict[int, int], by_title: Titles
) -> Iterator[int]:
    change = changes[revert]
    text = change.headline.text
    found: dict[int, None] = {}
    for passage in _REVERTED_SHA.finditer(f"{text}\n{change.body}"):
        for sha in _SHA.findall(passage[0]):
            at = by_sha.get(sha[:7])
            if at is not None and any(known.startswith(sha) for known in changes[at].shas) and _whole(changes[at], sha):
                found[at] = None
    for number in _REVERTED_PR.findall(f"{text}\n{change.body}"):
        if int(number) in by_pr:
            found[by_pr[int(number)]] = None
    if not found:
        quoted = _QUOTED.match(text)
        name = quoted[1] if quoted else text if change.headline.kind == "revert" else ""
        if _REAPPLY.match(text) and name:
            name = f'Revert "{name}"'
        at = by_title.before(revert, name) if name else None
        if at is not None:
            found[at] = None
    yield from found


def _whole(change: Change, sha: str) -> bool:
    """Whether reverting `sha` takes back the whole change: its squash or merge commit, or its only one."""
    return len(change.shas) <= 2 or change.shas[0].startswith(sha)
