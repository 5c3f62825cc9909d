"""Takes the wrapping of backports and cherry-picks off a title."""

from releaseray.notes.regexes import regex

_BACKPORT = regex(
    r"^(?:"
    r"\[PR #(?P<a>\d+)/[0-9a-f]+ backport\]\s*(?:\[[^\]]+\]\s*)?(?P<at>.+)"  # patchback
    r"|Backport PR #(?P<b>\d+) on branch \S+ \((?P<bt>.+)\)"  # MeeseeksDev
    r"|\W{0,3}(?:[Bb]ackport|[Cc]herry[- ]?pick)(?:ed|ing)?(?: of)?(?: PR| pull request)?:? \(?#(?P<c>\d+)\)?"
    r"(?: (?:to|on|onto|for|into) [\w./-]+)?\s*[:,-]?\s+(?P<ct>\S.*)"
    r"|[Pp]ick(?:ed|ing)?(?: of)?(?: PR| pull request)? #(?P<h>\d+) (?:in)?to [\w./-]+(?:\s*[:,-]\s*|\s+)"
    r"(?P<ht>[^\s(].*)"
    r"|[\[(](?:[Mm]anual )?(?:[Bb]ackport|[Bb]p|[Cc]herry[- ]?[Pp]ick(?:ed)?)(?: (?:to )?[\w./-]+)?[\])]:?\s*(?P<dt>.+)"
    r"|(?:[Bb]ackport|[Cc]herry[- ]?pick)(?:ed)?(?: (?:to|into) [\w./-]+)?:\s+(?P<et>.+)"
    r"|\[(?:release[-/ ]?)?v?\d+(?:\.(?:\d+|x))+\]\s*(?P<ft>.+)"
    r"|\[(?:stable|release|branch|maint)[-/ ][\w.-]+\]\s*(?P<gt>.+)"
    r")$"
)
_TRAILING = regex(r"\s*\((?:manual )?(?:[Bb]ackport|[Cc]herry[- ]?pick(?:ed)?)(?: of| from)?(?: PR)?:? #(?P<n>\d+)\)")
_BRANCH = regex(r"\s*[\[(](?:release|stable|maint)[-/]v?\d[\w.]*[\])](?=\s*(?:\(#\d+\))?$)")
_OPENERS = frozenset("[(BbCcPp🤖🍒")


def unwrapped(title: str) -> tuple[str, int | None]:
    """The title that was carried over, and the number of the pull request it was carried over from, if named."""
    original = None
    if ("port" in title or "pick" in title) and (trailing := _TRAILING.search(title)):
        original = int(trailing["n"])
        title = title[: trailing.start()] + title[trailing.end() :]
    if title[-1:] in ")]" and (branch := _BRANCH.search(title)):
        title = title[: branch.start()] + title[branch.end() :]
    while title and title[0] in _OPENERS and (found := _BACKPORT.match(title)):
        groups = found.groupdict()
        number = groups["a"] or groups["b"] or groups["c"] or groups["h"]
        original = original or (int(number) if number else None)
        title = next(text for key, text in groups.items() if key.endswith("t") and text)
    return title, original
