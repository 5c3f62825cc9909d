"""For support and sales: what changed for accounts, what to say about it, what to watch."""

import re
from collections.abc import Iterator, Sequence
from functools import partial

from releaseray.notes.draft import Category
from releaseray.notes.highlights import foremost, highlights
from releaseray.notes.markdown import inline
from releaseray.notes.personas.engineer import requirement
from releaseray.notes.plain import benefit, plainness
from releaseray.notes.prepared import Item, Prepared
from releaseray.notes.production import Production, for_colleagues
from releaseray.notes.regexes import regex
from releaseray.notes.render import area, counted, document, listed, section
from releaseray.notes.wording import past

_MOST = 15
_MOST_WATCHED = 10
_CHANGED = (Category.FEATURE, Category.PERF)
_MENDED = (Category.FIX, Category.SECURITY)
_NO_NEWS = regex(r"(?:remov|drop|revert|deprecat)\w*\b|.*\bmaintenance\b", re.IGNORECASE)
_RISKS = (Category.BREAKING, Category.DEPRECATION)


class Internal:
    """Colleagues who talk to customers."""

    name = "internal"
    order = 2

    def shown(self, release: Prepared) -> Sequence[Item]:
        """What matters and is about the product rather than about its code."""
        items = [item for item in release.items if item.matters]
        spoken = [item for item in items if plainness(item.note) < 2 or item.category in _RISKS]
        return sorted(spoken if len(spoken) >= 3 else items, key=lambda item: -item.weight)

    def line(self, item: Item, release: Prepared) -> str:
        reported = ", ".join(f"#{number}" for number in item.change.closes[:3])
        return area(item) + inline(past(item.note, item.fault)) + (f" (reported in {reported})" if reported else "")

    def body(self, release: Prepared, shown: Sequence[Item]) -> str:
        if not shown:
            return "Nothing in this release changes anything for accounts: there is nothing to announce.\n"
        changed = [item for item in shown if item.category in _CHANGED]
        mended = [item for item in shown if item.category in _MENDED]
        line = partial(self.line, release=release)
        return document([
            _opening(shown),
            section("What changed for accounts", foremost(changed, _MOST), line, _MOST),
            section("What was fixed", mended, line, _MOST),
            section("What to say", list(_said(shown)), str, _MOST),
            section("What to watch", list(self._watched(release, shown)), str, _MOST_WATCHED),
        ])  # fmt: skip

    def production(self, facts: Production) -> str:
        return for_colleagues(facts)

    def _watched(self, release: Prepared, shown: Sequence[Item]) -> Iterator[str]:
        for need in release.requirements:
            yield requirement(need)
        for item in shown:
            if item.category is Category.BREAKING:
                yield f"**May need action from customers:** {self.line(item, release)}"
            elif item.category is Category.DEPRECATION:
                yield f"**On its way out:** {self.line(item, release)}"
            elif item.change.reverts:
                yield f"**Taken back:** {self.line(item, release)}"


def _opening(shown: Sequence[Item]) -> str:
    parts = [
        counted(count, singular, plural)
        for categories, singular, plural in (
            (_CHANGED, "improvement", "improvements"),
            (_MENDED, "fix", "fixes"),
            (_RISKS, "change that may need attention", "changes that may need attention"),
        )
        if (count := sum(item.category in categories for item in shown))
    ]
    return f"In short: {listed(parts)}." if parts else ""


def _said(shown: Sequence[Item]) -> Iterator[str]:
    news = [item for item in highlights(shown) if item.category in _CHANGED and not _NO_NEWS.match(item.note)][:3]
    for item in news:
        yield f"If asked what is new: “{inline(benefit(item.note, item.fault))}.”"
    if not news and all(item.category in _MENDED for item in shown):
        yield "If asked what is new: “This release is all about fixes.”"
    if any(item.category is Category.SECURITY for item in shown):
        yield "If asked whether to update: yes, and soon. It mends something of security."
    reported = list(dict.fromkeys(number for item in shown for number in item.change.closes))
    if reported:
        numbers = ", ".join(f"#{number}" for number in reported[:10]) + (", …" if len(reported) > 10 else "")
        yield f"To customers who reported {numbers}: it is resolved in this release."
    if any(item.category in _RISKS for item in shown):
        yield "To customers who plan to update: read “What to watch” with them first."


PERSONA = Internal()
