"""Which changes touch nothing that users get: tests and the forge's own machinery, or pages and examples as well."""

from collections.abc import Sequence
from functools import lru_cache

from releaseray.notes.headline import Headline
from releaseray.notes.history import FileChange
from releaseray.notes.model_paths import MOST_FILES, role
from releaseray.notes.regexes import regex

_ASIDE = regex(
    r"(?:^|/)(?:\.github|\.gitlab|\.circleci|\.buildkite|\.azure-pipelines|tests?|__tests__|specs?|e2e|testdata|fixtures"
    r"|[A-Za-z]*Tests?)/"
    r"|(?:[a-z]Tests?|[a-z]Spec)\.\w+$|[._-](?:test|spec|e2e)\.\w+$|(?:^|/)(?:test_[^/]+|conftest)\.\w+$"
    r"|(?:^|/)(?:\.travis|\.gitlab-ci|appveyor|azure-pipelines|\.pre-commit-config|codecov)\.ya?ml$"
)
"""Tests and the forge's own machinery. Of 6,400 changes that touch nothing else, the maintainers of 19 projects list
fifteen in a thousand for users (`build_data` rows)."""

PROMISING = frozenset({"feat", "feature", "perf", "breaking", "security"})


def is_aside(head: Headline, files: Sequence[FileChange]) -> bool:
    """Whether a change of these files touches nothing that users get, and its author does not say otherwise."""
    if not files or head.breaking or head.kind in PROMISING:
        return False
    return _leads_aside(files[0].path) and all(_leads_aside(path) for _, path in files)


@lru_cache(maxsize=16384)
def _leads_aside(path: str) -> bool:
    return _ASIDE.search(path) is not None


_SHIPPED = frozenset({"src", "ui", "config", "manifest", "build"})


def ships(files: Sequence[FileChange]) -> bool:
    """Whether a change of these files touches anything that somebody runs or builds, and not pages, examples, tests and
    tools alone; not known without files."""
    return not files or any(role(path) in _SHIPPED for _, path in files[:MOST_FILES])
