"""Tells the numbers by which a changelog names its own project's pull requests and issues from those of others."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from releaseray.notes.regexes import regex

_NUMBERS = regex(
    r"(?P<link>/(?:pull|issues|merge_requests|pulls)/)(\d+)"
    r"|(?:#|\bGH-|\bgh-|:(?:pr|issue|gh|pull|ghpull|ghissue|bug|feature)!?:`[^`<]*?#?)(\d+)"
)
_REFERENCE = regex(r"(?:#|/(?:pull|issues|merge_requests|pulls)/)\d+")
_NAME = regex(r"[\w.-]+")
_LONGEST_NAME = 60
_LONGEST = 7
"""Digits of a number; more are no number of a pull request."""

_WORD = regex(r"(?:prs?|pulls?|request|mrs?|gh|issues?|bugs?|tickets?|fix(?:e[sd])?|close[sd]?|see|refs?)")
"""What stands before a `#` and names no repository."""

_LINKED = ("]", " <", "`]")
"""What stands behind the text of a link."""

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
        """The names under which the project is known, in lower case: its own, the one that most references have (where
        most have none, no other), and those it had before."""
        places = defaultdict(list)
        for place, name in enumerate(_referred(self._changelog)):
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
    end = at - 2 if text.endswith("/-", 0, at) else at
    # Read from behind: a search would try every word of what stands before
    name = _NAME.match(text[max(0, end - _LONGEST_NAME) : end][::-1])
    return name[0][::-1].strip("-_.").lower() if name else ""


def _referred(changelog: str) -> Iterator[str]:
    """The names of the repositories that a changelog refers to; nothing for a bare number. The text of a link counts
    as what it links to."""
    for found in _REFERENCE.finditer(changelog):
        name = _before(changelog, found.start())
        if name or not changelog.startswith(_LINKED, found.end()):
            yield "" if _WORD.fullmatch(name) else name


def _had_its_time(places: list[int]) -> bool:
    edge = int(len(places) * _EDGE)
    inner = places[edge : len(places) - edge]
    return len(inner) >= _FEWEST and len(inner) >= _ITS_OWN * (inner[-1] - inner[0] + 1)
