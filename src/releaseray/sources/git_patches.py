"""What the commits of a range change, line by line, as git's unified diffs."""

import re
from collections.abc import Iterator
from pathlib import Path

from releaseray.sources.git_log import text
from releaseray.sources.git_process import Git, GitError

_JAVASCRIPT = "\n".join(
    (
        r"!^[ \t]*(if|else|for|while|do|switch|case|try|catch|finally|with|return|throw|await|yield)([^A-Za-z0-9_$]|$)",
        r"^[ \t]*((export[ \t]+)?(default[ \t]+)?(async[ \t]+)?(function|class)([ \t*].*)?)$",
        r"^[ \t]*((export[ \t]+)?(const|let|var)[ \t]+[A-Za-z0-9_$]+[^=]*=[ \t]*(async[ \t]*)?"
        r"(function|\([^()]*\)[^()=]*=>|[A-Za-z0-9_$]+[ \t]*=>).*)$",
        r"^[ \t]*((static[ \t]+|async[ \t]+|get[ \t]+|set[ \t]+|private[ \t]+|public[ \t]+|protected[ \t]+|[*#][ \t]*)*"
        r"[A-Za-z0-9_$]+[ \t]*(<[^()]*>)?\([^()]*\)[^(){}]*\{[ \t]*)$",
    )
)
LANGUAGES = (
    "-c", f"core.attributesFile={Path(__file__).with_name('languages.gitattributes')}",
    "-c", f"diff.javascript.xfuncname={_JAVASCRIPT}",
)  # fmt: skip
"""Options with which git names the method that a hunk is in, where it would name the class or nothing."""
_LOG = (
    *LANGUAGES, "log", "--no-merges", "--no-color", "--no-notes", "--no-show-signature", "--no-ext-diff",
    "--no-textconv", "--find-renames", "-l400", "--ignore-submodules", "--patch", "--unified=3", "--format=%x01%H",
)  # fmt: skip
_TIMEOUT = 300.0
_NAME = re.compile(r"[0-9a-fA-F]{7,64}")
MAX_BYTES = 64 << 20
MAX_PATCH = 1 << 20


def read_patches(git: Git, from_sha: str | None, to_sha: str) -> dict[str, str]:
    """The patch of each commit of `from_sha..to_sha` that is no merge, newest first, by its full sha.

    A patch is cut at 1 MB, and after 64 MB the older commits are left out: what is so big accuses nobody.
    """
    bounds = [to_sha, f"^{from_sha}"] if from_sha else [to_sha]
    patches: dict[str, str] = {}
    for sha, lines in _commits(_lines(git.stream(*_LOG, *bounds, "--", timeout=_TIMEOUT))):
        patches[sha] = text(b"\n".join(lines))
    return patches


def resolve_commit(git: Git, name: str) -> str | None:
    """The full sha of the commit that `name`, a sha or the beginning of one, means here; None if there is none."""
    if not _NAME.fullmatch(name):
        return None
    try:
        found = git.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    except GitError as error:
        if error.returncode in (1, 128):
            return None
        raise
    return found.decode("ascii").strip()


def _lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    begun, size = b"", 0
    for chunk in chunks:
        size += len(chunk)
        if size > MAX_BYTES:
            return
        *lines, begun = (begun + chunk).split(b"\n")
        yield from lines
    yield begun


def _commits(lines: Iterator[bytes]) -> Iterator[tuple[str, list[bytes]]]:
    """Every line of a patch begins with a mark of its own, so \\x01 can begin only a commit."""
    sha, kept, size = "", list[bytes](), 0
    for line in lines:
        if line[:1] == b"\x01":
            if sha:
                yield sha, kept
            sha, kept, size = line[1:].decode("ascii"), [], 0
        elif size <= MAX_PATCH:
            kept.append(line)
            size += len(line)
    if sha:
        yield sha, kept
