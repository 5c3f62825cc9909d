"""What a pull request's template leaves in its text: hints nobody sees, boxes nobody ticked, and the one that was."""

import re

from releaseray.notes.draft import Category
from releaseray.notes.regexes import regex

_HIDDEN = regex(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_UNTICKED = regex(r"^[ \t]*[-*+] \[ ?\].*(?:\n|\Z)", re.MULTILINE)
_TICKED = regex(r"^[ \t]*[-*+] \[[xX]\][ \t]*(\S[^\n]*)", re.MULTILINE)
_KIND = regex(
    r"\W{0,6}(?:(?P<breaking>breaking changes?)|(?P<fix>bug[ -]?fix(?:es)?)"
    r"|(?P<feature>(?:new )?features?|enhancements?)|(?P<perf>performance(?: improvements?)?)"
    r"|(?P<docs>documentation (?:updates?|changes?|only))"
    r"|(?P<internal>refactor(?:ing)?|code (?:quality|style|clean-?up|refactor(?:ing)?)))"
    r"(?:\W*$|\W{0,4}[(:—–]|\W{0,4} - )",
    re.IGNORECASE,
)


def filled(text: str) -> str:
    """What somebody wrote into the template: without its hidden hints and the boxes left open."""
    if "<!--" in text:
        text = _HIDDEN.sub("", text)
    return _UNTICKED.sub("", text) if "[ ]" in text or "[]" in text else text


def ticked(text: str) -> Category | None:
    """The kind of change whose box was ticked. None where none was, or several; a breaking change outweighs others."""
    if "[x]" not in text and "[X]" not in text:
        return None
    boxes = (_KIND.match(box) for box in _TICKED.findall(text))
    kinds = {Category(str(box.lastgroup)) for box in boxes if box}
    if Category.BREAKING in kinds:
        return Category.BREAKING
    return kinds.pop() if len(kinds) == 1 else None
