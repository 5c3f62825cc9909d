"""Lines that begin alike become one: a feature that came in many pull requests is one feature to its readers."""

from collections import Counter
from collections.abc import Iterator, Sequence

FEWEST_LINES = 3
FEWEST_WORDS = 5
"""What so many lines have in common, so many words of it, is told once."""

MOST_WORDS = 15
"""Words of a beginning that are looked at."""

_LEADS = frozenset({"to", "for", "in", "from", "on", "with", "of", "into", "by"})
"""Words after which a list may stand: what follows is a thing, whichever of the lines it is from."""


def together(lines: Sequence[str]) -> list[tuple[str, int]]:
    """The lines and how many each stands for: what reads the same is said once, and those with a long beginning in
    common are told as one where the first of them stood: "Add colors to A (#1), B (#2) and C (#3)"."""
    counts = _said_once(lines)
    lines = [*counts]
    if len(lines) < FEWEST_LINES:
        return [*counts.items()]
    alike: dict[str, list[int]] = {}
    for at, line in enumerate(lines):
        for opening in _openings(line):
            alike.setdefault(opening, []).append(at)
    told: list[str | None] = [*lines]
    for opening, places in sorted(alike.items(), key=lambda known: -len(known[0])):
        free = [at for at in places if told[at] == lines[at]]
        if len(free) >= FEWEST_LINES:
            first, *others = free
            line = opening + _listed([lines[at][len(opening) :] for at in free])
            told[first] = line
            counts[line] = sum(counts[lines[at]] for at in free)
            for at in others:
                told[at] = None
    return [(line, counts[line]) for line in told if line is not None]


def _said_once(lines: Sequence[str]) -> Counter[str]:
    """The lines that differ, and how often each is said; what differs in its number only is one with all of them:
    "Fix the totals (#1, #2)"."""
    numbers: dict[str, dict[str, None]] = {}
    counts: Counter[str] = Counter()
    for line in lines:
        text, _, number = line.removesuffix(")").rpartition(" (#")
        alone = text if number.isdigit() else line
        counts[alone] += 1
        if alone is not line:
            numbers.setdefault(alone, {})[f"#{number}"] = None
    return Counter({
        f"{text} ({', '.join(numbers[text])})" if text in numbers else text: count for text, count in counts.items()
    })  # fmt: skip


def _openings(line: str) -> Iterator[str]:
    """The beginnings of a line that a list could follow, up to the blank before it."""
    *words, _rest = line.split(" ", MOST_WORDS)
    end = 0
    for at, word in enumerate(words, 1):
        end += len(word) + 1
        if at >= FEWEST_WORDS and word in _LEADS and line.count("`", 0, end) % 2 == 0 and "; " not in line[end:]:
            yield line[:end]


def _listed(tails: Sequence[str]) -> str:
    """What follows the common beginning; semicolons where a tail is itself a list."""
    if any(", " in tail or " and " in tail for tail in tails):
        return "; ".join(tails)
    return f"{', '.join(tails[:-1])} and {tails[-1]}"
