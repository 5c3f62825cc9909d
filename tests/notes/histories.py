"""Small histories in a readable text: how the golden files tell what happened.

A file begins with headers (`range: v1..v2`, `persona: customer`, `known: ann@example.org`, `changelog: …`), then tells
commits newest first, apart by empty lines:

    m1 < a1 b1 | Ann <ann@example.org> | Merge pull request #12 from ann/topic
        A body is indented by four spaces.
      M src/app.py

`{a1}` in a message is that commit's sha. Without `<` the parent is the next commit told. `@ path` begins a file whose
text follows, indented: a fragment; `@ path before` and `@ path after` are the two sides of a manifest.
"""

import hashlib
import re
from pathlib import Path

from releaseray.notes.history import Commit, FileChange, FileDelta, History, Person

_HEADER = re.compile(r"(range|persona|known|changelog|name): (.*)")
_COMMIT = re.compile(r"(\w+)(?: < ([\w ]+))? \| (.+?) <(.+?)> \| (.*)")


def sha(name: str) -> str:
    return hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()


def load(path: Path) -> tuple[History, str]:
    """The history that a file tells, and the persona it is meant for."""
    return parse(path.read_text(encoding="utf-8"))


def parse(text: str) -> tuple[History, str]:
    headers: dict[str, str] = {}
    files: dict[str, str] = {}
    told: list[tuple[str, str | None, Person, str, list[str], list[FileChange]]] = []
    current: str | None = None
    for line in text.splitlines():
        if not told and not current and (header := _HEADER.match(line)):
            headers[header[1]] = header[2].replace("\\n", "\n")
        elif line.startswith("@ "):
            current = line[2:]
            files[current] = ""
        elif commit := _COMMIT.match(line):
            current = None
            told.append((commit[1], commit[2], Person(commit[3], commit[4]), commit[5], [], []))
        elif current is not None:
            files[current] += line.removeprefix("    ") + "\n"
        elif line.startswith("    "):
            told[-1][4].append(line[4:])
        elif line.startswith("  "):
            status, path = line.split(maxsplit=1)
            told[-1][5].append(FileChange(status, path))
        elif not line and told and told[-1][4]:
            told[-1][4].append("")
    start, _, end = headers.get("range", "v1.0.0..v1.1.0").partition("..")
    return _history(headers, files, told, start, end), headers.get("persona", "engineer")


def _history(
    headers: dict[str, str],
    files: dict[str, str],
    told: list[tuple[str, str | None, Person, str, list[str], list[FileChange]]],
    start: str,
    end: str,
) -> History:
    names = {name for name, *_ in told}
    commits = []
    for at, (name, parents, author, subject, body, changed) in enumerate(told):
        older = parents.split() if parents else [told[at + 1][0] if at + 1 < len(told) else "base"]
        text = _with_shas("\n".join(body).strip("\n"), names)
        date = 1_700_000_000 - 60 * at
        commits.append(
            Commit(sha(name), tuple(map(sha, older)), author, date, _with_shas(subject, names), text, tuple(changed))
        )
    sides = {path.rsplit(" ", 1)[0] for path in files if path.endswith((" before", " after"))}
    return History(
        full_name=headers.get("name", "acme/app"),
        from_tag=start or None,
        to_tag=end,
        commits=tuple(commits),
        web_url="https://github.com/acme/app",
        changelog=headers.get("changelog", ""),
        fragments={path: text for path, text in files.items() if not path.endswith((" before", " after"))},
        manifests=tuple(FileDelta(p, files.get(f"{p} before"), files.get(f"{p} after")) for p in sorted(sides)),
        known_emails=frozenset(headers.get("known", "ann@example.org").split()),
    )


def _with_shas(text: str, names: set[str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: sha(found[1]) if found[1] in names else found[0], text)
