"""Tells the numbers by which a changelog names its own project's pull requests and issues from those of others."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from releaseray.notes.regexes import regex

_NUMBERS = regex(
    r"(?P<link>/(?:pull|issues|merge_requests|pulls)/)(\d+)"
    r"|(?:#|\bGH-|\bgh-|:(?:pr|issue|gh|pull|ghpull|ghissue|bug|feature)!?:`[^`<]*?#?)(\d+)"
)
_LINK = regex(r"/(?:pull|issues|merge_requests|pulls)/\d")
_NAMED = regex(r"[\w.-]+$")
_LONGEST = 7
"""Digits of a number; more are no number of a pull request."""

_WORD = regex(r"(?:prs?|pulls?|request|mrs?|gh|issues?|bugs?|tickets?|fix(?:e[sd])?|close[sd]?|see|refs?)")
"""What stands before a `#` and names no repository."""

_FEWEST = 3
_ITS_OWN = 0.8
"""A name that a project once had has nearly all links of its time; a dependency's stand among the project's own."""

_EDGE = 0.1
"""The share of a name's links at either end that says nothing of its time."""


class OwnNumbers:
    """Reads the numbers in the notes of a changelog."""

    def __init__(self, changelog: str, project: str = "") -> None:
        self._changelog = changelog
        self._project = project.lower()

    @cached_property
    def names(self) -> frozenset[str]:
        """The names under which links know the project, in lower case: its own, the one that most links have, and those
        it had before. Empty where nothing is known of them."""
        places = defaultdict(list)
        for place, name in enumerate(_linked(self._changelog)):
            places[name].append(place)
        usual = max(places, key=lambda name: len(places[name]), default="")
        before = {name for name, at in places.items() if _had_its_time(at)}
        return frozenset({usual, self._project, *before} - {""})

    def of(self, note: str) -> tuple[int, ...]:
        """The numbers of the project's own pull requests and issues in a note, in order. A number that links
        elsewhere is another's, though it stands bare in the text of the link."""
        ours: dict[int, None] = {}
        linked, others = set(), set()
        for found in _NUMBERS.finditer(note):
            digits = found[2] or found[3]
            if len(digits) > _LONGEST:
                continue
            if not self._is_own(_before(note, found.start())):
                others.add(int(digits))
                continue
            ours[int(digits)] = None
            if found["link"]:
                linked.add(int(digits))
        return tuple(number for number in ours if number in linked or number not in others)

    def _is_own(self, name: str) -> bool:
        return not name or bool(_WORD.fullmatch(name)) or not self.names or name in self.names


def _before(text: str, at: int) -> str:
    """The name that ends there, in lower case; nothing where none does."""
    named = _NAMED.search(text, max(0, at - 60), at if text[at - 2 : at] != "/-" else at - 2)
    return named[0].strip("-_.").lower() if named else ""


def _linked(changelog: str) -> Iterator[str]:
    """The names of the repositories that the links of a changelog lead to."""
    for found in _LINK.finditer(changelog):
        if name := _before(changelog, found.start()):
            yield name


def _had_its_time(places: list[int]) -> bool:
    edge = int(len(places) * _EDGE)
    inner = places[edge : len(places) - edge]
    return len(inner) >= _FEWEST and len(inner) >= _ITS_OWN * (inner[-1] - inner[0] + 1)
