"""A clone's configuration in the form git itself writes, read without git; what is written otherwise is left to git."""

from collections.abc import Mapping

from releaseray.notes.regexes import regex

IMPORTANT = ("remote.", "extensions.")
"""What keys begin with that say something of a clone."""

_SECTION = regex(r"\[([A-Za-z0-9-]+)(?: \"([^\x00\"\\]*)\")?\][ \t\r]*")
_VALUE = regex(r"[ \t]*([A-Za-z][A-Za-z0-9-]*)[ \t]*=[ \t]*([^\s\x00-\x20\x7f\"\\#;]*)[ \t\r]*")
_OTHER = regex(r"[ \t]*[A-Za-z][A-Za-z0-9-]*[ \t]*=[^\x00\"\\]*")
_NOTHING = regex(r"[ \t\r]*(?:[#;][^\x00]*)?")


def plain_config(raw: bytes) -> Mapping[str, str] | None:
    """Key (`remote.origin.url`) → value of what is `IMPORTANT`, as `git config --list` tells them, of several the last.

    None for a file with anything in it that only git should read: quotes, lines that go on, blanks in addresses.
    """
    try:
        lines = raw.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        return None
    values: dict[str, str] = {}
    section = ""
    for line in lines:
        if found := _SECTION.fullmatch(line):
            section = f"{found[1].lower()}." + (f"{found[2]}." if found[2] is not None else "")
        elif section.startswith(IMPORTANT) and (value := _VALUE.fullmatch(line)):
            values[section + value[1].lower()] = value[2]
        elif not _NOTHING.fullmatch(line) and (
            not section or section.startswith(IMPORTANT) or not _OTHER.fullmatch(line)
        ):
            return None
    return values
