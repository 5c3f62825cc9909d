"""Tags and branches as git has them: peeled to commits, dated, whatever points nowhere left out."""

import re
from collections.abc import Iterable, Mapping, Sequence

from releaseray.notes.history import Tag
from releaseray.notes.regexes import regex
from releaseray.sources import SourceError
from releaseray.sources.git_log import text
from releaseray.sources.git_objects import Objects
from releaseray.sources.git_process import Git, GitError

MAX_NESTING = 10
HEADER = 4_096

_NAME = regex(r"[^\x00-\x20\x7f~^:?*\[\\]+")
"""What a tag may be called; with other characters git takes a name for an expression."""

_TARGET = regex(rb"object ([0-9a-f]{40,64})\n")
_TAGGER = regex(rb"^tagger [^\n]*> (\d{1,12}) [+-]\d+$", re.MULTILINE)
_COMMITTER = regex(rb"^committer [^\n]*> (\d{1,12}) [+-]\d+$", re.MULTILINE)


def read_tags(git: Git, reached_from: str | None = None) -> list[Tag]:
    """Every tag that leads to a commit (to one that `reached_from` goes back to), newest first, ties by name."""
    with Objects(git) as objects:
        return all_tags(git, objects, reached_from)


def all_tags(git: Git, objects: Objects, reached_from: str | None = None) -> list[Tag]:
    """The same, through `cat-file` that runs already."""
    limit = [f"--merged={reached_from}"] if reached_from else []
    output = git.run("for-each-ref", "--format=%(objectname) %(refname)", *limit, "--", "refs/tags")
    lines = [line.partition(b" ") for line in output.splitlines()]
    return _tags(objects, [(text(name[10:]), oid.decode("ascii")) for oid, _, name in lines])


def tags_named(objects: Objects, names: Sequence[str]) -> list[Tag]:
    """Those of `read_tags` that have these names."""
    names = [name for name in dict.fromkeys(names) if _NAME.fullmatch(name) and ".." not in name and "@{" not in name]
    found = objects.found([f"refs/tags/{name}" for name in names], 0)
    return _tags(objects, [(name, oid) for name, (oid, _, _) in zip(names, found, strict=True) if oid])


def _tags(objects: Objects, named: Sequence[tuple[str, str]]) -> list[Tag]:
    peeled = _peel(objects, {oid for _, oid in named})
    tags = [Tag(name, *peeled[oid]) for name, oid in named if oid in peeled]
    return sorted(tags, key=lambda tag: (-tag.date, tag.name))


def _peel(objects: Objects, oids: Iterable[str]) -> Mapping[str, tuple[str, int]]:
    """The commit and the date each object leads to; those that lead to no commit are missing."""
    found: dict[str, tuple[str, int]] = {}
    tagged: dict[str, int] = {}
    # Maps an object still to be looked at to the tags that lead to it
    open_ends: dict[str, set[str]] = {oid: {oid} for oid in oids}
    for _ in range(MAX_NESTING):
        further: dict[str, set[str]] = {}
        names = sorted(open_ends)
        for oid, (kind, data) in zip(names, objects.read(names, HEADER), strict=True):
            if kind == b"commit":
                date = _date(_COMMITTER, data)
                found.update({start: (oid, tagged.get(start, date)) for start in open_ends[oid]})
            elif kind == b"tag" and (target := _TARGET.match(data)):
                if date := _date(_TAGGER, data):
                    for start in open_ends[oid]:
                        tagged.setdefault(start, date)
                further.setdefault(target[1].decode("ascii"), set()).update(open_ends[oid])
        if not further:
            break
        open_ends = further
    return found


def _date(pattern: re.Pattern[bytes], data: bytes) -> int:
    match = pattern.search(data.partition(b"\n\n")[0])
    return int(match[1]) if match else 0


def default_branch(git: Git) -> str:
    """The branch `HEAD` names; when it names none, the remote's, `main`, `master`, or `HEAD` itself."""
    for ref, prefix in (("HEAD", "refs/heads/"), ("refs/remotes/origin/HEAD", "refs/remotes/origin/")):
        target = _line(git, "symbolic-ref", "-q", ref)
        if target and target.startswith(prefix):
            return target.removeprefix(prefix)
    return next((name for name in ("main", "master") if commit_of(git, f"refs/heads/{name}")), "HEAD")


def head_commit(git: Git) -> str:
    """The full sha of the newest commit of `HEAD`, or of the only branch there is. Raises `SourceError`."""
    if sha := commit_of(git, "HEAD"):
        return sha
    branches = git.run("for-each-ref", "--count=2", "--format=%(objectname)", "refs/heads").decode("ascii").split()
    if len(branches) == 1:
        return branches[0]
    raise SourceError("The repository has no commits." if not branches else "The repository's HEAD leads to no commit.")


def commit_of(git: Git, name: str) -> str | None:
    """The full sha of the commit a name leads to, None when it leads to none."""
    return _line(git, "rev-parse", "--verify", "-q", "--end-of-options", f"{name}^{{commit}}")


def is_ancestor(git: Git, older: str, newer: str) -> bool:
    """Whether the commit `older` is reached from the commit `newer`."""
    try:
        git.run("merge-base", "--is-ancestor", older, newer)
    except GitError as error:
        if error.returncode == 1:
            return False
        raise
    return True


def ahead(git: Git, older: str, newer: str) -> int:
    """How many commits `newer` goes back to that `older` does not."""
    return int(git.run("rev-list", "--count", newer, f"^{older}", "--"))


def named_commit(objects: Objects, name: str) -> str | None:
    """The full sha of the commit that a name from outside leads to, None when it leads to none or is no name."""
    if not name or "\0" in name:
        return None
    oid, kind, _ = next(objects.found([f"{name}^{{commit}}"], 0))
    return oid if kind == b"commit" else None


def committish(git: Git, name: str) -> str | None:
    """The same, asked of a git of its own."""
    if not name or "\0" in name:
        return None
    try:
        return commit_of(git, name)
    except GitError as error:
        if error.returncode == 128:
            return None
        raise


def _line(git: Git, *command: str) -> str | None:
    try:
        return text(git.run(*command)).strip() or None
    except GitError as error:
        if error.returncode == 1:
            return None
        raise
