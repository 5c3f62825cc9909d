"""Where a package of a monorepo lives, so that its range counts only what touched it."""

import json
import re
from collections.abc import Iterable, Iterator

from releaseray.notes.regexes import regex
from releaseray.notes.versions import Version, parse_version
from releaseray.sources.git_log import text
from releaseray.sources.git_objects import Objects
from releaseray.sources.git_process import Git

MAX_MANIFESTS = 1_000
MAX_MANIFEST = 64_000

_MANIFEST = regex(
    rb"(?:^|/)(?:package\.json|Cargo\.toml|pyproject\.toml|setup\.cfg|go\.mod|composer\.json|Chart\.yaml|[^/]+\.gemspec)$"
)
_NOT_A_PACKAGE = regex(rb"(?:^|/)(?:node_modules|vendor|third_party|testdata|fixtures?|__fixtures__|tests?|examples?)/")
_NAMES = (
    # Cargo.toml, pyproject.toml, setup.cfg; gemspec; Chart.yaml; go.mod
    regex(r"^name\s*=\s*[\"']?([^\"'\s#]+)", re.MULTILINE),
    regex(r"\.name\s*=\s*[\"']([^\"']+)"),
    regex(r"^name:\s*[\"']?([^\"'\s#]+)", re.MULTILINE),
    regex(r"^module\s+(\S+)", re.MULTILINE),
)


def package_folder(git: Git, objects: Objects, to_tag: str, to_sha: str) -> str | None:
    """The folder of the package whose version the tag is; None when the tag means the whole repository.

    `libs/core/v1.2.0` names its folder, as Go has it; otherwise it is the folder whose manifest has the package's name,
    or, for `pkg@1.2.0` and `pkg/v1.2.0`, whose own name is the package's. `pkg-1.2.0` counts as a package's only where
    tags of other packages stand beside it: most often it is the whole project's name.
    """
    version = parse_version(to_tag)
    if version is None or not version.package:
        return None
    if version.separator == "/" and any(objects.folders([f"{to_sha}:{version.package}"])):
        return version.package
    certain = version.separator != "-"
    if not certain and not _has_other_packages(git, version):
        return None
    return _find(objects, to_sha, version.package, list(_manifests(git, to_sha)), by_folder=certain)


def _has_other_packages(git: Git, version: Version) -> bool:
    names = text(git.run("for-each-ref", "--format=%(refname:strip=2)", "refs/tags")).splitlines()
    others = {other.family for name in names if (other := parse_version(name)) and other.package}
    return bool(others - {version.family})


def _manifests(git: Git, sha: str) -> Iterator[str]:
    rest = b""
    count = 0
    for chunk in git.stream("ls-tree", "-r", "-z", "--name-only", "--full-tree", sha):
        *paths, rest = (rest + chunk).split(b"\0")
        for path in filter(_MANIFEST.search, paths):
            if not _NOT_A_PACKAGE.search(path) and count < MAX_MANIFESTS:
                count += 1
                yield path.decode("utf-8", "surrogateescape")


def _find(objects: Objects, sha: str, package: str, paths: list[str], *, by_folder: bool) -> str | None:
    wanted, short = _plain(package), _plain(package.rpartition("/")[2])
    # The likely folders first, so that of two manifests with one name the right one wins
    paths.sort(key=lambda path: (_plain(_folder(path).rpartition("/")[2]) not in (wanted, short), path.count("/")))
    contents = objects.texts([f"{sha}:{path}" for path in paths], MAX_MANIFEST)
    for path, content in zip(paths, contents, strict=True):
        if content and any(_plain(name) == wanted for name in _declared(path, content)):
            return _folder(path) or None
    folders = [_folder(path) for path in paths if _plain(_folder(path).rpartition("/")[2]) == short]
    return folders[0] if by_folder and folders else None


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).casefold()


def _declared(path: str, content: str) -> Iterable[str]:
    """The names a manifest gives its package."""
    if path.endswith(".json"):
        try:
            name = json.loads(content).get("name")
        except (ValueError, AttributeError, RecursionError):
            return
        yield from [name] if isinstance(name, str) else []
        return
    for pattern in _NAMES:
        yield from (
            match[1].rpartition("/")[2] if path.endswith("go.mod") else match[1] for match in pattern.finditer(content)
        )
