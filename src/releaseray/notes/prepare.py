"""History → what every persona draws on: linked, pruned, judged and weighed, once for all of them."""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from math import log2

from releaseray.notes.apart import apart
from releaseray.notes.authored import authored
from releaseray.notes.change import Change
from releaseray.notes.classify import LISTED_FROM, Context, Verdict, classify, context_for, is_listed
from releaseray.notes.classify_written import says_loudly
from releaseray.notes.draft import QUIET, Category
from releaseray.notes.fate import Fate, follows_up
from releaseray.notes.headline import headline
from releaseray.notes.history import History
from releaseray.notes.link import link
from releaseray.notes.model import shipped
from releaseray.notes.model_own import Lessons, lessons_of
from releaseray.notes.own_changelog import notes_in
from releaseray.notes.people import contributors
from releaseray.notes.prepared import Item, Prepared
from releaseray.notes.prune import prune
from releaseray.notes.regexes import regex
from releaseray.notes.surroundings import pulls_among
from releaseray.notes.upgrade import requirements
from releaseray.notes.wording import by_kind


def learn(history: History) -> Lessons:
    """What the time before the range of `history` teaches of how its project files changes."""
    return lessons_of(history, shipped()) if any(notes_in(history.changelog)) else Lessons()


def prepare(history: History, context: Context | None = None) -> Prepared:
    """All that drafts of `history` share: made once, it serves any number of personas. Where what its past teaches
    was learned before (`learn`, `context_of`), it need not be again."""
    changes = link(history)
    pruned = prune(changes)
    context = (context or context_for(history)).within(history.to_tag, pulls_among(changes))
    people = contributors(change.authors for change in changes)
    return Prepared(
        project=history.full_name.rpartition("/")[2],
        version=history.to_tag,
        since=history.from_tag,
        items=_with_something(tuple(_items(pruned, context))),
        requirements=tuple(requirements(history.manifests)),
        contributors=tuple(name for name, _ in people),
        reports=_reports(history.changelog),
        # Asked last: who had commits before may still be looked for
        newcomers=tuple(_newcomers(people, history)),
    )


def _newcomers(people: Sequence[tuple[str, frozenset[str]]], history: History) -> Iterator[str]:
    """Those of the people who had no commits before the range."""
    if history.from_tag:
        known = {*history.known_emails, *_known_to_the_forge(history)}
        yield from (name for name, addresses in people if not addresses & known)


def _known_to_the_forge(history: History) -> frozenset[str]:
    """The addresses of people whose pull requests of the range are not their first, whatever git has seen of them. Only
    pull requests of one person are asked: in another, who opened it need not be who wrote a commit."""
    if not history.pulls:
        return frozenset()
    emails = {commit.sha: commit.author.email.lower() for commit in history.commits}
    first = {pull.author for pull in history.pulls.values() if pull.first_contribution}
    known: set[str] = set()
    for pull in history.pulls.values():
        wrote = {emails[sha] for sha in pull.shas if sha in emails}
        if pull.author and pull.author not in first and len(wrote) == 1:
            known |= wrote
    return frozenset(known)


_REPORT = regex(
    r"^[ \t]*[-*+] (?:\*\*[^*\n]{1,60}\*\*:? |[\w./-]{1,30}: )?"
    r"(?:(Added|Fixed|Changed|Removed|Updated|Improved)|Add|Fix|Change|Remove|Update|Improve)\b",
    re.MULTILINE | re.IGNORECASE,
)
_NEWEST = 15_000
"""So many characters are the notes of a year or so: projects change their mood."""


def _reports(changelog: str) -> bool:
    """Whether the newest of the project's own changelog reports ("Added X") rather than instructs ("Add X")."""
    openings = _REPORT.findall(changelog, 0, _NEWEST)
    return len(openings) >= 5 and sum(map(bool, openings)) > 0.6 * len(openings)


_FATE_REASONS = {
    Fate.CANCELLED: partial(str, "taken back within the range"),
    Fate.DEPENDENCY: partial(str, "dependency update"),
    Fate.RELEASE: partial(str, "release housekeeping"),
    Fate.CHORE: partial(str, "automated or trivial change"),
}


def _items(pruned: list[tuple[Change, Fate]], context: Context) -> Iterator[Item]:
    notes = [part for change, fate in pruned for part in _parts(change, fate)]
    asked = [note for note, fate in notes if fate is Fate.TOLD or _may_be_told(note, fate, context)]
    verdicts = dict(zip(map(id, asked), classify(asked, context), strict=True))
    for note, fate in notes:
        yield _item(note, fate, verdicts.get(id(note)))


def _parts(change: Change, fate: Fate) -> Iterator[tuple[Change, Fate]]:
    """The notes that a change brings, each with its fate."""
    if fate is not Fate.TOLD:
        yield change, fate
        return
    for note in apart(change):
        yield note, Fate.CHORE if follows_up(note) else fate


_MAY_MATTER = 0.25
"""From this probability on a change may be what a release was made for."""


def _with_something(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """The items; where none matters for sure, those that may do: a release was made for something."""
    if any(item.matters for item in items):
        return items
    return tuple(
        item._replace(keep=LISTED_FROM)
        if item.fate is Fate.TOLD and item.category not in QUIET and item.keep >= _MAY_MATTER
        else item
        for item in items
    )


_UPKEEP = frozenset({Fate.DEPENDENCY, Fate.CHORE})
"""Fates that a project that lists such changes may turn; what its author wrote for users turns any but one."""


def _may_be_told(change: Change, fate: Fate, context: Context) -> bool:
    """Whether a change that is folded away for others may be told all the same."""
    listed = context.listing and fate in _UPKEEP and not follows_up(change)
    return fate is not Fate.CANCELLED and (listed or says_loudly(change))


def _item(change: Change, fate: Fate, verdict: Verdict | None) -> Item:
    text = authored(change) or _told(change)
    if verdict is None or (fate is not Fate.TOLD and not is_listed(verdict.category, verdict.keep)):
        return Item(change, Category.INTERNAL, 0.0, _FATE_REASONS[fate], fate, text, False, 0.0)
    return Item(
        change,
        verdict.category,
        verdict.keep,
        verdict.why,
        Fate.TOLD,
        text,
        verdict.category is Category.FIX,
        _weight(change, verdict.category, verdict.keep),
    )


def _told(change: Change) -> str:
    """The sentence of the title; a revert quotes what it takes back without that title's own prefixes."""
    text = change.headline.text
    if change.reverts:
        quoted = _QUOTED.match(text)
        taken_back = headline(quoted[1]).text if quoted else text
        return (
            f'Revert "{taken_back[:1].upper()}{taken_back[1:]}"' if quoted or change.headline.kind == "revert" else text
        )
    return by_kind(text, change.headline.kind)


_QUOTED = regex(r"[Rr]everts?:? [\"“](.+)[\"”]")

_CATEGORY_WEIGHT = {
    Category.BREAKING: 0.6,
    Category.SECURITY: 0.5,
    Category.FEATURE: 0.45,
    Category.PERF: 0.25,
    Category.DEPRECATION: 0.2,
    Category.FIX: 0.1,
    Category.DOCS: 0.0,
    Category.INTERNAL: 0.0,
}


_DOCS = ("docs/", "doc/")


def _weight(change: Change, category: Category, keep: float) -> float:
    """How telling a change is: what it is, how sure it matters, how much it touches, who asked for it."""
    breadth = min(0.4, 0.06 * log2(1 + len(change.files)))
    asked = min(0.3, 0.1 * len(change.closes))
    documented = 0.15 if any(path.startswith(_DOCS) for _, path in change.files[:50]) else 0.0
    written = 0.1 if change.fragments else 0.0
    taken_back = 0.3 if change.reverts else 0.0
    sure = round(keep * 4) / 4
    return sure + _CATEGORY_WEIGHT[category] + breadth + asked + documented + written - taken_back
