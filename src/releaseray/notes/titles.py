"""Finds a change by its title, as those do who take one back: word by word, whatever stands between the words."""

from bisect import bisect_right
from collections.abc import Sequence

from releaseray.notes.change import Change
from releaseray.notes.regexes import regex

_WORD = regex(r"\w+")


class Titles:
    """Changes by their words. Few reverts name what they take back by its title alone: when the first does, titles are
    told apart by their first words, and of those that begin like one that is looked for all words are read."""

    def __init__(self, changes: Sequence[Change]) -> None:
        self._changes = changes
        self._unread: dict[str, list[tuple[str, int]]] | None = None
        self._known: dict[str, list[int]] = {}

    def before(self, at: int, title: str) -> int | None:
        """The newest change of that title that is older than the change at `at`."""
        if self._unread is None:
            self._unread = _by_first_words(self._changes)
        for text, place in self._unread.pop(_first(title), ()):
            self._known.setdefault(_key(text), []).append(place)
        places = self._known.get(_key(title), [])
        after = bisect_right(places, at)
        return places[after] if after < len(places) else None


def _by_first_words(changes: Sequence[Change]) -> dict[str, list[tuple[str, int]]]:
    found: dict[str, list[tuple[str, int]]] = {}
    for place, change in enumerate(changes):
        title, text, *_ = change.headline
        found.setdefault(_first(text), []).append((text, place))
        if title != text:
            found.setdefault(_first(title), []).append((title, place))
    return found


def _first(title: str) -> str:
    word = _WORD.search(title)
    return word[0].casefold() if word else ""


def _key(title: str) -> str:
    return " ".join(_WORD.findall(title)).casefold()
