"""What the paths of a change say: which parts of a project it touches, whatever the language."""

from collections.abc import Sequence
from functools import lru_cache
from sys import intern

from releaseray.notes.history import FileChange
from releaseray.notes.regexes import regex

MOST_FILES = 24
"""Paths read of one change: a change's character shows in the first of them."""

_FOLDERS = {
    folder: role
    for role, folders in (
        ("ci", ".github .circleci .gitlab .travis .azure-pipelines .buildkite .ci .devcontainer .teamcity"),
        ("i18n", "locale locales i18n l10n translation translations lang"),
        ("test", "test tests testing testdata spec specs __tests__ __mocks__ e2e fixture fixtures snapshots "
                 "__snapshots__ playground integration-tests integration_tests test-fixtures testcases fuzz"),
        ("bench", "bench benches benchmark benchmarks"),
        ("example", "example examples sample samples demo demos tutorial tutorials docs_src"),
        ("docs", "doc docs documentation website site www man book guide guides blog"),
        ("build", "script scripts tool tools build ci hack packaging contrib xtask .cargo docker dist release eng "
                  "changelogs .husky .vscode"),
    )
    for folder in folders.split()
}  # fmt: skip
_NAMES = {
    name: role
    for role, names in (
        ("lock", "go.sum npm-shrinkwrap.json gradle.lockfile package-lock.json pnpm-lock.yaml bun.lockb"),
        ("ci", ".travis.yml .gitlab-ci.yml jenkinsfile azure-pipelines.yml appveyor.yml codecov.yml renovate.json "
               ".pre-commit-config.yaml .codecov.yml renovate.json5 .goreleaser.yml netlify.toml .readthedocs.yaml"),
        ("meta", ".gitignore .gitattributes .editorconfig .mailmap .git-blame-ignore-revs codeowners .prettierrc "
                 ".prettierignore .eslintrc .eslintignore authors license licence notice"),
        ("manifest", "package.json pyproject.toml setup.py setup.cfg cargo.toml go.mod go.work pom.xml gemfile "
                     "build.gradle build.gradle.kts composer.json mix.exs pipfile pnpm-workspace.yaml version "
                     "version.txt requirements.txt lerna.json .tool-versions rust-toolchain rust-toolchain.toml"),
        ("build", "makefile gnumakefile justfile tox.ini noxfile.py dockerfile cmakelists.txt meson.build build.rs "
                  "gulpfile.js rakefile manifest.in tsconfig.json rollup.config.js webpack.config.js deny.toml "
                  "clippy.toml rustfmt.toml .golangci.yml eslint.config.js"),
    )
    for name in names.split()
}  # fmt: skip
_STEMS = {
    **dict.fromkeys(("readme", "contributing", "contributors", "maintainers", "code_of_conduct"), "meta"),
    **dict.fromkeys(("governance", "funding", "security", "thanks", "citation"), "meta"),
    **dict.fromkeys(["test", "tests", "spec", "conftest", "snap"], "test"),
    **dict.fromkeys(("bench", "benchmark"), "bench"),
    "lock": "lock",
    "requirements": "manifest",
    "dockerfile": "build",
}  # fmt: skip
_EXTENSIONS = {
    extension: role
    for role, extensions in (
        ("lock", "lock"),
        ("i18n", "po pot mo ftl xlf"),
        ("docs", "md markdown rst adoc mdx txt 1 5 8"),
        ("build", "mk cmake nix bzl bazel ninja"),
        ("manifest", "gemspec csproj"),
        ("ui", "css scss less sass html htm vue svelte tsx jsx jinja jinja2 hbs erb svg png ico woff woff2 tmpl"),
        ("config", "yaml yml toml json ini cfg conf xml properties env"),
    )
    for extension in extensions.split()
}
_ORDER = (
    "lock",
    "ci",
    "i18n",
    "test",
    "bench",
    "example",
    "docs",
    "meta",
    "manifest",
    "build",
    "ui",
    "config",
    "src",
)
_RANK = {role: rank for rank, role in enumerate(_ORDER)}
_WORD = regex(r"[a-z][a-z0-9]+")
_SHIPPED = frozenset({"src", "ui", "config"})


@lru_cache(maxsize=16384)
def _folder(path: str) -> tuple[int, int, tuple[str, ...]]:
    """The strongest role of a folder's names (12, `src`, at least), its depth and its words as features."""
    folders = path.split("/") if path else []
    rank = min((_RANK[_FOLDERS[name]] for name in folders if name in _FOLDERS), default=_RANK["src"])
    return rank, len(folders), tuple(f"p:{word}" for name in folders for word in _WORD.findall(name))


@lru_cache(maxsize=16384)
def _name(name: str) -> tuple[int, str, tuple[str, ...]]:
    """The role of a file's own name, its extension and its words as features."""
    words = _WORD.findall(name)
    extension = name.rpartition(".")[2] if "." in name else ""
    role = _NAMES.get(name) or next((_STEMS[word] for word in words if word in _STEMS), None)
    role = role or _EXTENSIONS.get(extension, "src")
    return _RANK[role], f"x:{extension}", tuple(f"p:{word}" for word in words)


def role(path: str) -> str:
    """The part a path plays in its project: `src` unless it is tests, docs, CI, locks and so on."""
    folder, _, name = path.lower().rpartition("/")
    return _ORDER[min(_folder(folder)[0], _name(name)[0])]


@lru_cache(maxsize=32768)
def _file(file: FileChange) -> tuple[int, tuple[str, ...]]:
    """The role of one changed path, as a rank, and its features. Most files are changed again and again."""
    folder, _, name = file.path.lower().rpartition("/")
    folder_rank, depth, folder_words = _folder(folder)
    name_rank, extension, name_words = _name(name)
    rank = min(folder_rank, name_rank)
    mine = _ORDER[rank]
    features = {extension, *folder_words, *name_words}
    if file.status != "M":
        features.add(f"r{file.status}:{mine}")
    if mine in _SHIPPED:
        features.add(f"d:{min(depth, 4)}")
    return rank, tuple(map(intern, features))


def path_features(files: Sequence[FileChange]) -> set[str]:
    """The features of the paths: roles, what was added or deleted, extensions, words, and the change's shape."""
    read = [*map(_file, files[:MOST_FILES])]
    shape = _shape(frozenset([rank for rank, _ in read]))
    return {f"n:{len(files).bit_length()}", *shape}.union(*[features for _, features in read])


@lru_cache(maxsize=1024)
def _shape(ranks: frozenset[int]) -> tuple[str, ...]:
    """Which roles there are, and how they stand to each other."""
    roles = [_ORDER[rank] for rank in sorted(ranks)]
    if not roles:
        return ("no files",)
    shape = [f"r:{mine}" for mine in roles]
    shape.append(f"only:{roles[0]}" if len(roles) == 1 else "mix:" + "+".join(roles[:4]))
    if "src" not in roles:
        shape.append("no:src")
    else:
        shape += [f"src&{other}" for other in ("test", "docs") if other in roles]
        if "test" not in roles:
            shape.append("src-test")
    return tuple(shape)
