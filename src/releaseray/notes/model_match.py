"""Finds the change behind a note of a changelog: by the number it names, else by the words it shares."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from math import inf

from releaseray.notes.change import Change
from releaseray.notes.model_features import stem
from releaseray.notes.own_changelog import Note
from releaseray.notes.regexes import regex

_DIGITS = regex(r"\d+")
_WORD = regex(r"[a-z][a-z0-9]+")
_ALIKE = 0.6
"""Share of their words that a note and a title have in common when they are the same change."""

_COMMON = 60
"""A word in more notes than this does not help finding one."""

_OUT_OF_ORDER = 0.05
"""Share of the listed changes that may be of newer versions than a later one: maintained branches have some."""

NEARLY_ALL = 0.85
"""Share of the notes with a known change that stand in versions whose changes are known."""

Pair = tuple[Change, Note | None]


def matched(changes: Sequence[Change], notes: Sequence[Note]) -> list[Pair]:
    """Each change that the changelog could have listed, with its note or None, in the order given (newest first).

    The changelog is silent on what came after its newest listed change or before its oldest: those are left away.
    """
    by_number = {number: note for note in reversed(notes) for number in note.numbers}
    words = _Words(notes)
    pairs = [(change, _by_number(change, by_number) or words.find(change.headline.text)) for change in changes]
    listed = [(at, note) for at, (_, note) in enumerate(pairs) if note]
    return pairs[_first(listed, notes) : listed[-1][0] + 1] if listed else []


def _first(listed: Sequence[tuple[int, Note]], notes: Sequence[Note]) -> int:
    """Where the newest change is that the changelog speaks of. A changelog that nobody keeps any longer has notes that
    sound like later changes; but nearly all that follows is of newer versions than theirs, by their place in the
    changelog and by their numbers: some stand oldest first, and of several packages each has numbers of its own."""
    order = {version: -at for at, version in enumerate(dict.fromkeys(note.version for note in notes))}
    ranks = [(order[note.version], _number(note.version)) for _, note in listed]
    for at, (place, number) in enumerate(ranks):
        newer = sum(other > place and count > number for other, count in ranks[at + 1 :])
        if newer <= _OUT_OF_ORDER * len(ranks):
            return listed[at][0]
    return listed[0][0]


def _number(version: str) -> tuple[float, ...]:
    """The numbers of a version; what has none is not released yet."""
    return tuple(map(float, _DIGITS.findall(version)[:4])) or (inf,)


def reached(pairs: Sequence[Pair], notes: Sequence[Note]) -> frozenset[str]:
    """The versions whose changes are among those looked at: the newest that hold nearly all notes which found theirs.
    The few that are found further back are hardly the same change, and say nothing of the rest of their version."""
    found = Counter(note.version for _, note in pairs if note)
    reach = NEARLY_ALL * found.total()
    near: set[str] = set()
    for version in dict.fromkeys(note.version for note in notes):
        if reach <= 0:
            break
        if found[version]:
            near.add(version)
        reach -= found[version]
    return frozenset(near)


def _by_number(change: Change, by_number: dict[int, Note]) -> Note | None:
    if change.pr in by_number:
        return by_number[change.pr]
    return next((by_number[number] for number in change.closes if number in by_number), None)


class _Words:
    """The notes by their words."""

    def __init__(self, notes: Sequence[Note]) -> None:
        self.sets = [_stems(note.text) for note in notes]
        self.notes = notes
        self.holders: dict[str, list[int]] = defaultdict(list)
        for at, words in enumerate(self.sets):
            for word in words:
                self.holders[word].append(at)

    def find(self, title: str) -> Note | None:
        """The note most like the title, if one is like it at all; titles of one or two words say too little."""
        words = _stems(title)
        if len(words) < 3:
            return None
        rare = [word for word in sorted(words) if len(self.holders.get(word, ())) in range(1, _COMMON)]
        candidates = dict.fromkeys(at for word in rare for at in self.holders[word])
        best = max(candidates, key=lambda at: self._alike(words, at), default=None)
        return self.notes[best] if best is not None and self._alike(words, best) >= _ALIKE else None

    def _alike(self, words: frozenset[str], at: int) -> float:
        theirs = self.sets[at]
        return len(words & theirs) / len(words | theirs)


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in _WORD.findall(text.lower()))
