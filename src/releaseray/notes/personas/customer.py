"""For customers: what is better for them, in plain words; no internals, no names of files, no pull requests."""

from collections.abc import Sequence
from functools import partial

from releaseray.notes.draft import Category
from releaseray.notes.flags import upgrade_instructions
from releaseray.notes.highlights import foremost
from releaseray.notes.markdown import inline
from releaseray.notes.plain import benefit, is_bare, plainness
from releaseray.notes.prepared import Item, Prepared
from releaseray.notes.production import Production
from releaseray.notes.regexes import regex
from releaseray.notes.render import adds, area, counted, distinct, document, for_users, listed, section
from releaseray.notes.wording import imperative

_MOST = 8
_ENOUGH = 3
_NEW = regex(
    r"(?:Add|Introduce|Implement|Support|Allow|Enable|Provide|Let|Expose|Offer|Create|New)\b|(?:新增|增加|添加|支持)"
)


class Customer:
    """People who use the product and do not read its code."""

    name = "customer"
    order = 3

    def shown(self, release: Prepared) -> Sequence[Item]:
        """What can be said in plain words; where that is next to nothing, what names a little code too."""
        telling = [item for item in distinct(release.items) if item.matters and not item.change.reverts]
        ranked = sorted(for_users(telling), key=lambda item: -item.weight)
        levels = [(item, plainness(item.note)) for item in ranked if area(item) or not is_bare(item.note)]
        plain = [item for item, level in levels if level == 0]
        if len(plain) >= _ENOUGH:
            return plain
        return [item for item, level in levels if level <= 1]

    def line(self, item: Item, release: Prepared) -> str:
        return area(item) + inline(benefit(item.note, item.fault))

    def body(self, release: Prepared, shown: Sequence[Item]) -> str:
        taken_back = sum(item.matters and item.change.reverts for item in release.items)
        matter = sum(item.matters for item in distinct(release.items)) - taken_back
        if not shown:
            return _quiet(matter, taken_back, upgrade_instructions(release) is not None)
        new, improved, fixed, careful = _sorted(shown)
        line = partial(self.line, release=release)
        rest = matter - len(shown)
        more = counted(rest, "smaller improvement") if rest > 0 else ""
        return document([
            _opening(new, improved, fixed),
            section("What’s new", foremost(new, _MOST), line, _MOST),
            section("What’s better", improved, line, _MOST),
            section("What’s fixed", fixed, line, _MOST, ("more fix", "more fixes")),
            section("Before you update", careful, line, _MOST),
            f"Also included: {more} behind the scenes." if more else "",
        ])  # fmt: skip

    def production(self, facts: Production) -> str:
        return ""


def _sorted(shown: Sequence[Item]) -> tuple[list[Item], list[Item], list[Item], list[Item]]:
    new, improved, fixed, careful = [], [], [], []
    for item in shown:
        if item.category in (Category.BREAKING, Category.DEPRECATION):
            careful.append(item)
        elif item.category is Category.SECURITY or (item.category is Category.FIX and not adds(item)):
            fixed.append(item)
        elif item.category is Category.FEATURE and _NEW.match(imperative(item.note)):
            new.append(item)
        else:
            improved.append(item)
    return new, improved, fixed, careful


def _opening(new: Sequence[Item], improved: Sequence[Item], fixed: Sequence[Item]) -> str:
    parts = [
        counted(len(new), "new feature") if new else "",
        counted(len(improved), "improvement") if improved else "",
        counted(len(fixed), "fix", "fixes") if fixed else "",
    ]
    return f"This release brings {listed([part for part in parts if part])}." if any(parts) else ""


def _quiet(matter: int, taken_back: int, asks: bool) -> str:
    """`asks` says that an upgrade asks for something: that nothing does would not be true."""
    if not matter and taken_back:
        return f"This release takes back {counted(taken_back, 'earlier change')}.\n"
    if matter:
        work = f"This release contains {counted(matter, 'technical improvement')} behind the scenes."
        return f"{work}\n" if asks else f"{work} There is nothing you need to do.\n"
    work = "This release contains maintenance work only."
    return f"{work}\n" if asks else f"{work} Nothing changes for you.\n"


PERSONA = Customer()
