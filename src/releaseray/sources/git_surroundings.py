"""What the reading of a range depends on beside the commits at its ends: all of it can change while they stay."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from releaseray.notes.versions import parse_version
from releaseray.sources.git_layout import read_text
from releaseray.sources.git_log import text
from releaseray.sources.git_objects import Objects
from releaseray.sources.git_process import Git


class Surroundings(NamedTuple):
    """Texts that are equal where the same range reads the same, empty where there is nothing to say.

    `mailmap` names who is who on the default branch. `rewritten` says which commits have other parents or contents
    here than their shas tell: shallow clones, grafts, replacements. `there` says of a partial clone, which has more
    files each time git fetches some, when objects last came to it. `tags` names all tags where the end of the range
    means a package only if others stand beside it.
    """

    mailmap: str
    rewritten: str
    there: str
    tags: str


def surroundings(git: Git, objects: Objects, until: str) -> Surroundings:
    """Those of a range that ends with the tag `until`."""
    mailmap = next(objects.found(["HEAD:.mailmap"], 0))[0]
    tags = _tags(git) if _may_be_a_package(until) else ""
    return Surroundings(mailmap, _rewritten(git), "\n".join(_there(git.git_dir)), tags)


def _rewritten(git: Git) -> str:
    files = (read_text(git.git_dir / name) for name in ("shallow", "info/grafts"))
    return "\n".join(filter(None, (*files, _replaced(git))))


def _replaced(git: Git) -> str:
    """Which objects are replaced, and by which. git is asked only where there may be any."""
    where = git.git_dir
    elsewhere = any(map(os.path.lexists, (where / "refs/replace", where / "reftable")))
    if not elsewhere and " refs/replace/" not in (read_text(where / "packed-refs") or ""):
        return ""
    return text(git.run("for-each-ref", "--format=%(objectname) %(refname)", "refs/replace"))


def _there(git_dir: Path) -> Iterator[str]:
    borrowed = (read_text(git_dir / "objects/info/alternates") or "").splitlines()
    if any(name.endswith(".promisor") for folder in borrowed for name in _names(f"{folder}/pack")):
        for folder in borrowed:
            for path in (f"{folder}/{name}" for name in _names(folder)):
                # A folder is changed by what is put into it; one that goes meanwhile is another answer too
                with suppress(FileNotFoundError):
                    yield f"{path} {os.stat(path).st_mtime_ns}"


def _names(folder: str) -> list[str]:
    with suppress(FileNotFoundError):
        return sorted(os.listdir(folder))
    return []


def _may_be_a_package(tag: str) -> bool:
    # Few names have one, and patterns are compiled for those that are looked at
    version = parse_version(tag) if "-" in tag else None
    return bool(version and version.package and version.separator == "-")


def _tags(git: Git) -> str:
    return f"{crc32(git.run('for-each-ref', '--format=%(refname)', 'refs/tags')):08x}"
