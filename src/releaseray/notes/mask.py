"""Hides files of a history from the engine, as if no commit had touched them."""

import re
from collections.abc import Sequence
from fnmatch import translate

from releaseray.notes.history import Commit, History


def masked(history: History, globs: Sequence[str]) -> History:
    """`history` without the files that any of `globs` matches: in commits (those of the
    past too), fragments and manifests.

    `*` matches slashes too; a glob without a slash matches the file's name in any folder. The changelog of earlier
    versions stays: it says nothing of this range.
    """
    if not globs:
        return history
    hidden = re.compile("|".join(translate(glob if "/" in glob else f"*/{glob}") for glob in globs))

    def shown(path: str) -> bool:
        return not hidden.match(f"/{path}") and not hidden.match(path)

    def bared(commits: Sequence[Commit]) -> tuple[Commit, ...]:
        return tuple(
            commit._replace(files=tuple(file for file in commit.files if shown(file.path))) for commit in commits
        )

    return history._replace(
        commits=bared(history.commits),
        past=bared(history.past),
        fragments={path: text for path, text in history.fragments.items() if shown(path)},
        manifests=tuple(delta for delta in history.manifests if shown(delta.path)),
    )
