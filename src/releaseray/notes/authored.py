"""The sentence that an author wrote for the release notes: a news fragment, a changeset, a release-note block."""

import re

from releaseray.notes.change import Change
from releaseray.notes.conventions import names_kind
from releaseray.notes.headline import without_trailer
from releaseray.notes.regexes import regex
from releaseray.notes.release_note import blocks
from releaseray.notes.wording import by_kind

_NONE = regex(r"\W*(?:none|n/?a|no|-)?\W*$", re.IGNORECASE)
_FRONT_MATTER = regex(r"\A---\n.*?\n---\n", re.DOTALL)
_DIRECTIVE = regex(r"^(?:\.\. [\w-]+::.*|[ \t]*:[\w-]+:(?!`).*|\.\. .*|[=\-~^*#]{3,}\s*)$", re.MULTILINE)
_COMMENT = regex(r"<!--.*?-->", re.DOTALL)
_YAML_NOTE = regex(
    r"^(?:note|body|message|description|summary)\s*:[ \t]*(?:[|>][+-]?\s*\n)?(.+?)(?=^\w[\w-]*\s*:|\Z)",
    re.MULTILINE | re.DOTALL,
)
_PEP = regex(r":(pep|rfc|issue|cve):`~?([^`<]{1,60})`")
_ROLE = regex(r":[\w:+-]{1,40}:`[~!]?\.?(?:_\w+\.)?([^`<]{1,200})(?:<[^`>]{0,200}>)?`")
_RST_LINK = regex(r"`([^`<]{1,200})<[^`>]{0,300}>`__?")
_MD_LINK = regex(r"\[([^\[\]]{1,200})\]\([^()\s]{0,300}\)")
_TICKS = regex(r"`{2,3}")
_TILDE = regex(r"~`|(?<![\w`])`~(?=\w)")
_EMPHASIS = regex(r"(?<![\w*`\\])\*{1,2}(?=[^\s*`])([^*`]{1,80}?)(?<=[^\s*])\*{1,2}(?![\w*`])")
"""What a page would show leaning or heavy; between backticks it is code."""

_CREDIT = regex(
    r"\s*(?:[-–—(,.]{1,3}\s*)?(?:[Pp]atch|[Cc]ontributed|[Tt]hanks|[Cc]ourtesy|[Bb]y|[Pp]ull request(?: courtesy)?)"
    r"(?: (?:by|to|of|courtesy))? (?:[`@][\w-]+`?|[A-Z][\w.-]+(?: [A-Z][\w.-]+){0,3})\)?\.?\s*$"
)
_BULLET = regex(r"^\s*[-*+]\s+")
_KIND = regex(
    r"^(?:Add(?:ed)?|Fix(?:ed)?|Chang(?:e|ed)|Remov(?:e|ed)|Deprecated?|Security|Feat(?:ure)?|Improved?"
    r"|Docs?|Perf|Chore|Refactor|Bug(?:fix)?|Enhancement|Breaking(?: change)?)"
    r"(?:\([^)\n]{1,40}\))?!?:\s+(?=\S)",
    re.IGNORECASE,
)
_MARK = regex(r"\[([A-Za-z][A-Za-z /-]{1,30})\](?!\():?\s+(?=\S)")
"""What kind of note follows, as Prometheus' projects write it; an area in brackets looks the same."""

_SENTENCE_END = regex(r"(?<=[.!?])(?<!e\.g\.)(?<!i\.e\.)\s+(?=[A-Z`\"'(])")
_LONGEST = 240
_LIST = regex(r"([^\n]{3,200}):[ \t]*\n\s*((?:[ \t]*[-*+][ \t]+[^\n]+(?:\n|\Z))+)")
_LISTED = regex(
    r"^[ \t]*[-*+][ \t]+(?:(?:pub|fn|const|static|unsafe|async|def|func|function|struct|class|type) )*([^\n(;:=]+)",
    re.MULTILINE,
)
_MOST_LISTED = 4
_LONGEST_LISTED = 50
_CUT = ("…", "...")
_MOST_LINES = 20


def authored(change: Change) -> str:
    """What the author wrote for readers of release notes, on one line; empty where nothing was."""
    for fragment in change.fragments:
        if text := _sentence(_fragment(fragment.path, fragment.text)):
            return text
    for block in blocks(change.body):
        if not _NONE.match(block.text) and (text := _sentence(block.text)):
            return text
    return _whole(change) if change.headline.text.endswith(_CUT) else ""


def _whole(change: Change) -> str:
    """A title that a forge cut, as its text has it whole; empty where it has not."""
    beginning = change.headline.text.rstrip("…. ")
    for line in change.body[: _MOST_LINES * _LONGEST].split("\n")[:_MOST_LINES]:
        _, found, rest = line.partition(beginning)
        if found and rest.strip("…. "):
            return by_kind(f"{beginning}{rest}".strip(), change.headline.kind)
    return ""


def _fragment(path: str, text: str) -> str:
    text = _FRONT_MATTER.sub("", text.replace("\r\n", "\n"))
    if path.endswith((".yaml", ".yml")):
        note = _YAML_NOTE.search(text)
        return note[1].strip().strip("\"'") if note else ""
    return next((block.text for block in blocks(text)), text)


def _sentence(text: str) -> str:
    """The first paragraph, plain: no directives, roles, links or credits; cut after a sentence when it is long."""
    text = _COMMENT.sub("", _DIRECTIVE.sub("", text)).strip()
    text = _with_its_list(text)
    paragraph = text.split("\n\n", 1)[0]
    lines = [line for line in paragraph.split("\n") if not line.startswith("#")]
    line = _KIND.sub("", _BULLET.sub("", " ".join(part.strip() for part in lines).strip()))
    line = _unmarked(line)
    line = _ROLE.sub(
        lambda found: f"`{found[1].strip()}`", _PEP.sub(lambda found: f"{found[1].upper()} {found[2]}", line)
    )
    line = _MD_LINK.sub(r"\1", _RST_LINK.sub(lambda found: found[1].strip(), line))
    line = _EMPHASIS.sub(r"\1", _TILDE.sub("`", _TICKS.sub("`", line)))
    line = _CREDIT.sub("", line) if len(line) > 40 else line
    return _first_sentences(without_trailer(line))


def _with_its_list(text: str) -> str:
    """ "Add the functions:" and a list of them, on one line; as it is where it opens with something else."""
    found = _LIST.match(text)
    if not found:
        return text
    names = [name.strip(" `") for name in _LISTED.findall(found[2])]
    if not names or max(map(len, names)) > _LONGEST_LISTED:
        return text
    spans = [name if " " in name else f"`{name}`" for name in names]
    more = [f"{len(names) - _MOST_LISTED} more"] if len(names) > _MOST_LISTED else []
    shown = [*spans[:_MOST_LISTED], *more]
    return f"{found[1]}: {' and '.join(filter(None, [', '.join(shown[:-1]), shown[-1]]))}"


def _unmarked(line: str) -> str:
    mark = _MARK.match(line)
    return line[mark.end() :] if mark and names_kind(mark[1]) else line


def _first_sentences(line: str) -> str:
    sentences = _SENTENCE_END.split(line)
    kept = sentences[0]
    for sentence in sentences[1:]:
        if len(kept) + len(sentence) > _LONGEST // 2:
            break
        kept = f"{kept} {sentence}"
    return kept if len(kept) <= 2 * _LONGEST else kept[: 2 * _LONGEST].rsplit(" ", 1)[0] + "…"
