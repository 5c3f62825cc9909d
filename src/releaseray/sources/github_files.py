"""What a commit changes, as GitHub's `GET /commits/{sha}` gives it."""

from collections.abc import Iterator, Mapping
from typing import Any

from releaseray.notes.history import FileChange

_STATUS = {"added": "A", "removed": "D", "copied": "A"}


def changed_files(commit: Any) -> tuple[FileChange, ...]:
    """The paths; a renamed file is removed at the old one and added at the new one, as git tells it to us."""
    found: list[FileChange] = []
    for file in _files(commit):
        match file:
            case {"status": "renamed", "filename": str(new), "previous_filename": str(old)}:
                found += [FileChange("D", old), FileChange("A", new)]
            case {"status": str(status), "filename": str(path)}:
                found.append(FileChange(_STATUS.get(status, "M"), path))
    return tuple(found)


def patch_of(commit: Any) -> str:
    """One unified diff, with the headers that GitHub leaves out. Binary and very large files have no lines in it."""
    return "".join(_diff(file) for file in _files(commit))


def _files(commit: Any) -> Iterator[Mapping[str, Any]]:
    files = commit.get("files") if isinstance(commit, dict) else None
    return (file for file in files or () if isinstance(file, dict) and isinstance(file.get("filename"), str))


def _diff(file: Mapping[str, Any]) -> str:
    new, status = str(file["filename"]), file.get("status")
    old = str(file.get("previous_filename") or new)
    before = "/dev/null" if status == "added" else f"a/{old}"
    after = "/dev/null" if status == "removed" else f"b/{new}"
    lines = f"--- {before}\n+++ {after}\n{file['patch']}\n" if file.get("patch") else ""
    return f"diff --git a/{old} b/{new}\n{lines}"
