"""For support and sales: what changed for accounts, what to say about it, what to watch."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from releaseray.notes.draft import Category
from releaseray.notes.highlights import foremost, highlights
from releaseray.notes.markdown import inline
from releaseray.notes.personas.engineer import requirement
from releaseray.notes.plain import benefit, is_bare, plainness
from releaseray.notes.prepared import Item, Prepared
from releaseray.notes.production import Production, for_colleagues
from releaseray.notes.regexes import regex
from releaseray.notes.render import PRESSING, adds, area, counted, distinct, document, for_users, listed, section
from releaseray.notes.wording import past

_MOST = 15
_ENOUGH = 3
_FEW = 6
_IN_CODE = 0.2
"""What the name of code in it takes from the weight of a fix: those who read no code are told of others first."""

_MOST_WATCHED = 10
_CHANGED = (Category.FEATURE, Category.PERF)
_MENDED = (Category.FIX, Category.SECURITY)
_NO_NEWS = regex(
    r"(?:remov|drop|revert|deprecat|updat|upgrad|bump|renam|mov(?:e|ing)|refactor|clean|with|version)\w*\b"
    r"|.*\b(?:maintenance|stack build)\b",
    re.IGNORECASE,
)
_RISKS = (Category.BREAKING, Category.DEPRECATION)


class Internal:
    """Colleagues who talk to customers."""

    name = "internal"
    order = 2

    def shown(self, release: Prepared) -> Sequence[Item]:
        """What matters and is about the product rather than about its code; where that is next to nothing, the
        weightiest of the rest too."""
        matter = [item for item in distinct(release.items) if item.matters]
        items = sorted(for_users(matter), key=lambda item: -item.weight)
        spoken = [item for item in items if _can_be_said(item)]
        if len(spoken) >= _ENOUGH:
            return spoken
        told = {id(item) for item in spoken}
        rest = [item for item in items if id(item) not in told][: _FEW - len(spoken)]
        return sorted([*spoken, *rest], key=lambda item: -item.weight)

    def line(self, item: Item, release: Prepared) -> str:
        reported = ", ".join(f"#{number}" for number in item.change.closes[:3])
        return area(item) + inline(past(item.note, item.fault)) + (f" (reported in {reported})" if reported else "")

    def body(self, release: Prepared, shown: Sequence[Item]) -> str:
        if not shown:
            return "Nothing in this release changes anything for accounts: there is nothing to announce.\n"
        changed, mended = _parted(shown)
        mended.sort(key=lambda item: _IN_CODE * plainness(item.note) - item.weight)
        line = partial(self.line, release=release)
        matter = sum(item.matters for item in distinct(release.items))
        return document([
            _opening(shown),
            section("What changed for accounts", foremost(changed, _MOST), line, _MOST),
            section("What was fixed", mended, line, _MOST),
            section("What to say", list(_said(release, shown)), str, _MOST),
            section("What to watch", list(self._watched(release, shown)), str, _MOST_WATCHED),
            _rest(matter - len(shown)),
        ])  # fmt: skip

    def production(self, facts: Production) -> str:
        return for_colleagues(facts)

    def _watched(self, release: Prepared, shown: Sequence[Item]) -> Iterator[str]:
        for need in release.requirements:
            yield requirement(need)
        for item in shown:
            if item.change.reverts:
                yield f"**Taken back:** {self.line(item, release)}"
            elif item.category is Category.BREAKING:
                yield f"**May need action from customers:** {self.line(item, release)}"
            elif item.category is Category.DEPRECATION:
                yield f"**On its way out:** {self.line(item, release)}"


def _told(shown: Sequence[Item], categories: Sequence[Category]) -> list[Item]:
    """The items of `categories` but for what takes something back, which is watched."""
    return [item for item in shown if item.category in categories and not item.change.reverts]


def _can_be_said(item: Item) -> bool:
    if item.category in PRESSING:
        return True
    return plainness(item.note) < 2 and bool(area(item) or not is_bare(item.note))


def _parted(shown: Sequence[Item]) -> tuple[list[Item], list[Item]]:
    """What is new or better, and what was mended: an addition reads oddly among fixes, whatever it mends."""
    changed = [item for item in _told(shown, (*_CHANGED, *_MENDED)) if item.category in _CHANGED or adds(item)]
    told = {id(item) for item in changed}
    return changed, [item for item in _told(shown, _MENDED) if id(item) not in told]


def _rest(number: int) -> str:
    return f"Also in this release: {counted(number, 'technical change')}." if number > 0 else ""


def _opening(shown: Sequence[Item]) -> str:
    changed, mended = _parted(shown)
    parts = [
        counted(count, singular, plural)
        for count, singular, plural in (
            (len(changed), "improvement", "improvements"),
            (len(mended), "fix", "fixes"),
            (len(_told(shown, _RISKS)), "change that may need attention", "changes that may need attention"),
            (sum(item.change.reverts for item in shown), "change taken back", "changes taken back"),
        )
        if count
    ]
    return f"In short: {listed(parts)}." if parts else ""


def _said(release: Prepared, shown: Sequence[Item]) -> Iterator[str]:
    news = [item for item in highlights(shown) if item.category in _CHANGED and not _NO_NEWS.match(item.note)]
    news = ([item for item in news if plainness(item.note) == 0] or news)[:3]
    for item in news:
        yield f"If asked what is new: “{inline(benefit(item.note, item.fault))}.”"
    if not news and all(item.category in _MENDED and not item.change.reverts for item in shown):
        yield "If asked what is new: “This release is all about fixes.”"
    if any(item.category is Category.SECURITY for item in shown):
        yield "If asked whether to update: yes, and soon. It mends something of security."
    changed, mended = _parted(shown)
    reported = _reported([*changed, *mended, *shown, *(item for item in release.items if item.matters)])
    if reported:
        numbers = ", ".join(f"#{number}" for number in reported[:10]) + (", …" if len(reported) > 10 else "")
        yield f"To customers who reported {numbers}: it is resolved in this release."
    if _told(shown, _RISKS):
        yield "To customers who plan to update: read “What to watch” with them first."


def _reported(items: Iterable[Item]) -> list[int]:
    """The issues that are settled: who reported one wants to hear of it, however technical the change was."""
    return list(dict.fromkeys(number for item in items for number in item.change.closes))


PERSONA = Internal()
