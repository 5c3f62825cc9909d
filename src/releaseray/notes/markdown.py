"""Makes a foreign sentence safe inside Markdown: what its author typed is shown, never obeyed."""

from releaseray.notes.regexes import regex

_CONTROL = regex("[\\x00-\\x1f\\x7f-\\x9f\u061c\u200b\u200e\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff9-\ufffb]")
_SCAN = regex(
    r"(?P<fence>`+)(?!`)(?P<code>.+?)(?<!`)(?P=fence)(?!`)"
    r"|(?P<literal>"
    r"(?:https?|ftp|mailto|file|data|javascript):\S*[^\s.,;:!?)\]'\"]"  # an address
    r"|\bwww\.[^\s)\]]+"
    r"|[\w.+-]+@[\w-]+\.[\w.-]*\w"
    r"|(?<![\w`/])(?:[\w.~-]+/)+[\w.-]*\.[A-Za-z]\w{0,4}\b"  # a path
    r"|(?<![^\s(\[,'\"])/[A-Za-z][\w.~:{}-]*(?:/[\w.~:{}<>-]*[\w}>])*(?<![.:])"  # a route, or a path from the root
    r"|(?<![\w/`])@[A-Za-z0-9][\w./-]*"  # a mention, or a decorator
    r"|(?<![^\s(\[,'\"])--?[A-Za-z][\w-]*(?:=[\w./-]*|:\$?\w+)?(?![\w`])"  # a flag
    r"|(?<![\w`.])[A-Za-z_$][\w$]*(?:(?:\.|::|->)[A-Za-z_$][\w$]*)*\(\)"  # a call
    r"|(?<![\w`.])(?:[A-Za-z]\w*(?:\.|::|->))*[A-Za-z0-9$]*_[\w$]*(?:(?:\.|::|->)[\w$]+)*(?<!_)(?:__)?(?!\w)"
    r"(?:[!?](?= \w))?"
    r"|(?<![\w`])[A-Za-z_]\w*(?:(?:::|->)[A-Za-z_]\w*)+(?:<[\w:<>,&*]{1,60}>)?"
    r"|(?<![\w`])[A-Za-z_]\w*(?:\\[A-Za-z_]\w*)+"  # a PHP name
    r"|(?<![\w`])[A-Za-z_][\w:]*<[\w:<>,&*]{1,60}>(?=[\s.,;)]|$)"  # a generic type
    r"|(?<![\w`])[A-Za-z_][\w.]*\[[\w., |]{0,40}\](?!\()"  # a subscript
    r"|</?[A-Za-z][\w-]*(?:\s*/)?>"  # a tag
    r"|\$\{?[A-Za-z_]\w*\}?"  # a variable
    r")"
)
_PLAIN = regex(r"[A-Za-z\"'(](?:[A-Za-z0-9 ,.'\"();:/?%]|(?<=[A-Za-z0-9])-(?=[A-Za-z0-9]))*")
_SPECIAL = regex(r"[\\*\[\]`~$]|<(?=[A-Za-z/!?])|&(?=#?\w+;)|(?<!\w)_|_(?!\w)|!(?=\[)")
_BLOCK_START = regex(r"(?:[#>+=-]|\d{1,9}[.)](?=\s|$))")


def inline(text: str) -> str:
    """`text` as inline Markdown that shows exactly it: code spans are kept, names that look like code become spans,
    everything else that Markdown or a forge would act on (HTML, links, mentions, emphasis) is made inert."""
    if _PLAIN.fullmatch(text) and "://" not in text and "www." not in text and "()" not in text:
        return text
    text = " ".join(_CONTROL.sub(" ", text).split())
    parts: list[str] = []
    at = 0
    for found in _SCAN.finditer(text):
        parts += [_escaped(text[at : found.start()]), code(found["literal"] or found["code"].strip() or found["code"])]
        at = found.end()
    parts.append(_escaped(text[at:]))
    return _not_a_block("".join(parts))


def code(text: str) -> str:
    """`text` as a code span, whatever backticks it holds."""
    fence = "`"
    while fence in text:
        fence += "`"
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: f"\\{found[0]}", text)


def _not_a_block(text: str) -> str:
    """A line may open a block (heading, quote, list) inside a list item too."""
    if not (start := _BLOCK_START.match(text)):
        return text
    end = start.end()
    return f"{text[: end - 1]}\\{text[end - 1 :]}"
