"""Takes out of a message what differs from one occurrence of the same error to the next."""

import re

MAX_MESSAGE = 1000

# One alternative a kind of value, tried in this order at every place; all repetitions are bounded or cannot
# overlap with what follows them, so that hostile text takes linear time.
_VALUES = re.compile(
    r"""
      (?P<url>      \b[a-z][a-z0-9+.-]{1,15}://[^\s"'<>`)\]]+ )
    | (?P<quoted>   (?<!\w)(?: '(?:[^'\\\n]|\\.){0,200}' | "(?:[^"\\\n]|\\.){0,200}" | `[^`\n]{0,200}` )(?!\w)
                  | “[^”\n]{0,200}” | «[^»\n]{0,200}» )
    | (?P<email>    (?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+ )
    | (?P<uuid>     (?<![0-9a-f-])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f-]) )
    | (?P<time>     (?<![\w.])\d{4}[-/]\d\d[-/]\d\d
                        (?: [T\ ]\d\d:\d\d (?: :\d\d(?:[.,]\d{1,9})? )?
                            (?: \ ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d) )? )? (?!\w)
                  | (?: (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?\ )? (?<!\w)\d{1,2}[\ /-]
                        (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[\ /-]\d{4}
                        (?: [\ :]\d\d:\d\d:\d\d (?: \ (?:Z|UTC|GMT|[+-]\d{4}) )? )?
                  | (?<![\w:.])\d{1,2}:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?![\w:]) )
    | (?P<ip>       (?<![\w.])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?::\d{1,5})?(?![\w.]\d)
                  | (?<![\w:])(?=[0-9a-f:.]*[0-9a-f])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:]) )
    | (?P<address>  \b0x[0-9a-f]+\b )
    | (?P<hash>     (?<![^\W_])(?=[a-f]{0,127}\d)(?=\d{0,127}[a-f])[0-9a-f]{6,128}(?![^\W_]) )
    | (?P<id>       (?<![^\W_])(?=\d{0,40}[a-z]{1,40}\d{1,40}[a-z])[a-z0-9]{10,128}(?![^\W_]) )
    | (?P<number>   (?: (?<=[\s(=:,\[])|^ )[+-](?=\d) (?:\d[\d_]{0,40}) (?:[.,]\d+)* (?!\w)
                  | (?<![^\W_])v?\d+ (?:[.,_]\d+)* (?: e[+-]?\d{1,3} )? )
    | (?P<suffix>   (?<=[a-z])\d{3,}(?![^\W_]) )
    """,
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
_NAMES = {"suffix": "number"}


def normalize_message(message: str) -> str:
    """The part of a message that stays the same: `User 17 <bob@acme.io> not found` → `User <number> <<email>> …`.

    Ids, numbers, UUIDs, hashes, addresses, times, e-mails, URLs, IPs and quoted values become placeholders. Only
    the message's beginning counts: its first line, and the second when the first merely announces it (`Error:`).
    """
    return " ".join(_VALUES.sub(_placeholder, _headline(message)).split())


def _placeholder(match: re.Match[str]) -> str:
    kind = match.lastgroup or "value"
    return f"<{_NAMES.get(kind, kind)}>"


def _headline(message: str) -> str:
    lines = [line.strip() for line in message[: MAX_MESSAGE * 2].splitlines() if line.strip()]
    chosen = lines[:2] if lines and lines[0].endswith(":") else lines[:1]
    return " ".join(chosen)[:MAX_MESSAGE]
