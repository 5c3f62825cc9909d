"""What a repository's people wrote for releases: its changelog, its news fragments, its manifests."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, pairwise
from posixpath import basename, dirname, join, normpath
from types import MappingProxyType

from releaseray.notes.history import Commit, FileDelta
from releaseray.notes.regexes import regex
from releaseray.notes.versions import parse_version, sort_key
from releaseray.sources.git_objects import Objects, TreeEntry

MAX_CHANGELOG = 200_000
MAX_CHANGELOG_READ = 4 << 20
STUB = 400
LONGEST_LINK = 200
MAX_COMPONENTS = 200
MAX_FRAGMENTS = 5_000
MAX_FRAGMENT = 16_000
MAX_MANIFESTS = 60
MAX_MANIFEST = 256_000

_EXTENSION = r"(?:\.(?:md|markdown|mdx|rst|txt|adoc|asciidoc|org|textile|rdoc))?"
_CHANGELOG = regex(
    rf"(?:change[-_ ]?logs?|changes|history|news|releases|release[-_ ]?notes|relnotes|what'?s[-_ ]?new){_EXTENSION}",
    re.IGNORECASE,
)
_FOLDERS = ("", "docs", "doc", "docs/source", "doc/source", "docs/src", "documentation")
_PER_VERSION = (
    "CHANGELOG", "changelog", "changelogs", "docs/releases", "docs/changelog", "docs/release-notes",
    "docs/release_notes", "docs/source/releases", "doc/releases", "releases", "release-notes", "release_notes",
    "releasenotes", "doc/release", "doc/source/release", "docs/source/whatsnew", "doc/source/whatsnew",
    "doc/build/changelog",
)  # fmt: skip
_COMPONENT_PARENTS = ("packages", "crates", "libs", "modules", "plugins", "components", "services", "apps")
_VERSION_FILE = regex(rf"(?:[A-Za-z_]+[-_])?v?\d+(?:\.\d+)*(?:\.x)?(?:-notes)?{_EXTENSION}", re.IGNORECASE)
_HEADING = regex(r"^[#=*\s\[]*(?:[Vv]ersion |[Rr]elease )?v?(\d+\.\d+(?:\.\d+)*)", re.MULTILINE)

_FRAGMENT = regex(
    r"(?:^|/)(?:news[-_]?fragments?|news\.d|NEWS\.d/next|changelog\.d|changes\.d|changelog[-_]unreleased|\.?unreleased(?:_\d+)?|"
    r"\.changesets?|\.changes|\.changelog|\.chloggen|\.nextchanges|upcoming_changes|releasenotes/notes|"
    r"change(?:log|s)?s?[-_/]fragments|changelog/next_release)/(?:[^/]+/)*[^/]+$"
    r"|(?:^|/)change/[^/]+-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.json$|^common/changes/(?:[^/]+/){1,2}[^/]+\.json$"
    r"|(?:^|/)(?:news|changes|changelogs?|release[-_]notes)/(?:[a-z]+/)?"
    r"(?:\+[\w-]+|(?:gh-|pr-|issue-)?\d{2,}[\w-]*)(?:\.[\w-]+){1,3}$"
)
_FRAGMENT_HINTS = ("news", "NEWS.d", "chang", "release", "chloggen")
"""One of these is in every path that the pattern above matches, and in few others."""

_NOT_A_FRAGMENT = regex(
    r"(?:^|/)(?:readme[^/]*|\.[^/]*|_?template[^/]*|[^/]*\.(?:jinja2?|j2|py|js|mjs|cjs|sh|png|svg)|config\.[a-z]+|"
    r"pre\.json|v?\d+\.\d+[^/]*|__init__.*)$",
    re.IGNORECASE,
)
_MANIFEST = regex(
    r"(?:pyproject\.toml|setup\.cfg|setup\.py|package\.json|Cargo\.toml|go\.mod|composer\.json|pom\.xml|"
    r"(?:settings|build)\.gradle(?:\.kts)?|gradle\.properties|[^/]+\.gemspec|Gemfile|mix\.exs|Package\.swift|"
    r"[^/]+\.csproj|Directory\.Build\.props|global\.json|Chart\.yaml|CMakeLists\.txt|meson\.build|Dockerfile|"
    r"\.python-version|\.nvmrc|\.node-version|\.ruby-version|\.tool-versions|rust-toolchain(?:\.toml)?|runtime\.txt|"
    r"\.env\.(?:example|sample)|[^/]+\.(?:example|sample)\.(?:toml|ya?ml|json|ini|env)|"
    r"[^/]+\.(?:toml|ya?ml|json|ini|conf|cfg)\.(?:example|sample))"
)
_ELSEWHERE = regex(r"(?:^|/)(?:node_modules|vendor|third_party|testdata|fixtures?|__fixtures__|tests?|examples?)/")


def changelog(objects: Objects, sha: str | None, folder: str | None = None) -> str:
    """The repository's own changelog at a commit, the newest 200 kB of it; a package's own when it has one."""
    if sha is None:
        return ""
    places = ([folder] if folder else []) + [*_FOLDERS]
    listings = list(objects.folders([f"{sha}:{place}" for place in places]))
    paths = [path for place, entries in zip(places, listings, strict=True) for path in _changelogs(place, entries)]
    best = ""
    for text in _contents(objects, sha, paths[:8]):
        if text and len(text) > len(best) and len(best) < STUB:
            best = text
    return _newest(best) if len(best) >= STUB else _per_version(objects, sha) or _per_component(objects, sha) or best


def _contents(objects: Objects, sha: str, paths: list[str]) -> Iterator[str | None]:
    """What the files hold; of a link, what the file that it leads to holds."""
    texts = list(objects.texts([f"{sha}:{path}" for path in paths], MAX_CHANGELOG_READ))
    for path, text in zip(paths, texts, strict=True):
        if text and len(text) < LONGEST_LINK and "\n" not in text:
            yield objects.text(f"{sha}:{normpath(join(dirname(path), text))}", MAX_CHANGELOG_READ)
        else:
            yield text


def _changelogs(place: str, entries: Iterable[TreeEntry]) -> list[str]:
    names = [entry.name for entry in entries if not entry.is_folder and _CHANGELOG.fullmatch(entry.name)]
    # "change" before "history" and "news": a NEWS is more often for announcements
    return [_join(place, name) for name in sorted(names, key=lambda name: (name.lower()[:6] != "change", name.lower()))]


def _join(place: str, name: str) -> str:
    return f"{place}/{name}" if place else name


def _newest(text: str) -> str:
    """The newest part of a changelog that is too long, which may be its end."""
    if len(text) <= MAX_CHANGELOG:
        return text
    versions = [sort_key(version) for version in _HEADING.findall(text)]
    steps = [(later > earlier) - (later < earlier) for earlier, later in pairwise(versions)]
    ascending = sum(steps) > 0
    return text[-MAX_CHANGELOG:] if ascending else text[:MAX_CHANGELOG]


def _per_version(objects: Objects, sha: str) -> str:
    """The newest files of a folder that has one for each version, one after another."""
    for place, entries in zip(_PER_VERSION, objects.folders([f"{sha}:{place}" for place in _PER_VERSION]), strict=True):
        names = [entry.name for entry in entries if entry.is_file and _VERSION_FILE.fullmatch(entry.name)]
        newest = sorted(names, key=_file_order, reverse=True)[:30]
        if len(newest) > 1:
            texts = objects.texts([f"{sha}:{_join(place, name)}" for name in newest], MAX_CHANGELOG)
            return "\n\n".join(filter(None, texts))[:MAX_CHANGELOG]
    return ""


def _per_component(objects: Objects, sha: str) -> str:
    """The beginnings of the changelogs that components keep in folders of their own, one after another."""
    tops = [entry.name for entry in next(objects.folders([f"{sha}:"])) if entry.is_folder and entry.name[0] != "."]
    nested = [top for top in tops if top in _COMPONENT_PARENTS]
    inner = objects.folders([f"{sha}:{top}" for top in nested])
    tops += [
        f"{top}/{entry.name}"
        for top, entries in zip(nested, inner, strict=True)
        for entry in entries
        if entry.is_folder
    ]
    places = tops[:MAX_COMPONENTS]
    listings = list(objects.folders([f"{sha}:{place}" for place in places]))
    paths = [path for place, entries in zip(places, listings, strict=True) for path in _changelogs(place, entries)[:1]]
    texts = objects.texts([f"{sha}:{path}" for path in paths], MAX_CHANGELOG // max(1, len(paths)))
    return "\n\n".join(filter(None, texts))


def _file_order(name: str) -> str:
    version = parse_version(re.sub(_EXTENSION + "$", "", name, flags=re.IGNORECASE))
    return version.precedence if version else ""


def touched(commits: Iterable[Commit]) -> set[str]:
    """The paths that commits touch, each once: the same comes up in many."""
    return {path for _, path in set(chain.from_iterable([commit.files for commit in commits]))}


def fragments(objects: Objects, commits: Sequence[Commit], paths: Iterable[str]) -> Mapping[str, str]:
    """The news fragments that commits added, by path, as the newest of the commits left them. `paths` are `touched`."""
    holders: dict[str, str] = {}
    added: set[str] = set()
    known = {path for path in paths if _is_fragment(path)}
    for commit in commits if known else ():
        for status, path in commit.files:
            if path in known and status != "D":
                holders.setdefault(path, commit.sha)
                if status == "A":
                    added.add(path)
    read = [path for path in holders if path in added][:MAX_FRAGMENTS]
    texts = objects.texts([f"{holders[path]}:{path}" for path in read], MAX_FRAGMENT)
    return MappingProxyType({path: text for path, text in zip(read, texts, strict=True) if text})


def _is_fragment(path: str) -> bool:
    hinted = any(hint in path for hint in _FRAGMENT_HINTS)
    return hinted and bool(_FRAGMENT.search(path)) and not _NOT_A_FRAGMENT.search(path)


def manifests(objects: Objects, from_sha: str | None, to_sha: str, paths: Iterable[str]) -> tuple[FileDelta, ...]:
    """Those of the `touched` paths that are packaging files and differ between the ends of the range, those nearest to
    the root first."""
    found = [path for path in paths if _MANIFEST.fullmatch(basename(path)) and not _ELSEWHERE.search(path)]
    read = sorted(found, key=lambda path: (path.count("/"), path))[:MAX_MANIFESTS]
    after = list(objects.texts([f"{to_sha}:{path}" for path in read], MAX_MANIFEST))
    before = (
        list(objects.texts([f"{from_sha}:{path}" for path in read], MAX_MANIFEST)) if from_sha else [None] * len(read)
    )
    deltas = (FileDelta(*delta) for delta in zip(read, before, after, strict=True))
    return tuple(delta for delta in deltas if delta.before != delta.after)
