"""What a repository's people wrote for a release is found: changelog, fragments, manifests; and who is new."""

from pathlib import Path

import pytest
from tests.sources.repos import Repo, history, there

from releaseray.notes.history import Commit, FileChange
from releaseray.sources import Compare, git_reading
from releaseray.sources.git import GitSource
from releaseray.sources.git_authors import FirstCommits

PAST = "# 1.0.0\n\n" + "".join(f"- Something that was done, number {number}\n" for number in range(20))


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "app")


@pytest.fixture
def source(repo: Repo, tmp_path: Path) -> GitSource:
    return GitSource(str(repo.path), tmp_path / "mirror")


def released(repo: Repo, files: dict[str, str | None], later: dict[str, str | None]) -> None:
    """Two versions: the first with `files`, the second with `later`."""
    repo.write(files).save("First")
    repo.tag("v1")
    repo.write(later).save("Second")
    repo.tag("v2")


NAMES = ["CHANGELOG.md", "CHANGES", "HISTORY.rst", "NEWS.txt", "docs/changelog.md", "doc/source/changes.rst"]


@pytest.mark.parametrize("path", NAMES)
async def test_the_changelog_is_found_as_it_was_before_the_range(path: str, repo: Repo, source: GitSource) -> None:
    released(repo, {path: PAST}, {path: "# 2.0.0\n\n- The answer\n\n" + PAST})
    assert (await history(source, repo, "v1", "v2")).changelog == PAST


async def test_from_the_first_commit_there_is_no_earlier_changelog(repo: Repo, source: GitSource) -> None:
    released(repo, {"CHANGELOG.md": PAST}, {"x": ""})
    assert (await history(source, repo, None, "v2")).changelog == ""


async def test_a_stub_that_only_points_elsewhere_gives_way(repo: Repo, source: GitSource) -> None:
    released(repo, {"CHANGELOG.md": "See docs/changelog.rst\n", "docs/changelog.rst": PAST}, {"x": ""})
    assert (await history(source, repo, "v1", "v2")).changelog == PAST


async def test_a_file_for_each_version_is_read_newest_first(repo: Repo, source: GitSource) -> None:
    for version in ("1.9", "1.10", "1.2"):
        repo.write({f"docs/releases/{version}.txt": f"Notes of {version}\n"})
    released(repo, {"docs/releases/index.txt": "All"}, {"x": ""})
    assert (await history(source, repo, "v1", "v2")).changelog == "Notes of 1.10\n\n\nNotes of 1.9\n\n\nNotes of 1.2\n"


async def test_components_changelogs_are_read_together(repo: Repo, source: GitSource) -> None:
    released(repo, {"cable/CHANGELOG.md": "Cable\n", "packages/ui/CHANGELOG.md": "UI\n"}, {"x": ""})
    assert (await history(source, repo, "v1", "v2")).changelog == "Cable\n\n\nUI\n"


async def test_of_a_long_changelog_the_newest_part_is_kept(repo: Repo, source: GitSource) -> None:
    ascending = "".join(f"## {number}.0.0\n{'x' * 1000}\n" for number in range(1, 400))
    released(repo, {"HISTORY.md": ascending}, {"x": ""})
    kept = (await history(source, repo, "v1", "v2")).changelog
    assert len(kept) == 200_000
    assert "## 399.0.0" in kept
    assert "## 1.0.0" not in kept


async def test_where_versions_descend_the_beginning_is_the_newest(repo: Repo, source: GitSource) -> None:
    descending = "".join(f"## {number}.0.0\n{'x' * 1000}\n" for number in range(400, 1, -1))
    released(repo, {"NEWS.md": f"{descending}\n## 9999.0.0 was never made\n"}, {"x": ""})
    kept = (await history(source, repo, "v1", "v2")).changelog
    assert "## 400.0.0" in kept
    assert "9999" not in kept


async def test_a_link_leads_to_the_changelog(repo: Repo, source: GitSource) -> None:
    repo.write({"app/man/news.7.md": PAST})
    (repo.path / "NEWS.md").symlink_to("app/man/news.7.md")
    released(repo, {"y": ""}, {"x": ""})
    assert (await history(source, repo, "v1", "v2")).changelog == PAST


FRAGMENTS = [
    "doc/build/changelog/unreleased_20/12.rst",
    "newsfragments/12.feature.rst", "changelog.d/12.fixed.md", "news/12.bugfix.rst", "changes/+orphan12.misc.md",
    ".changeset/brave-lions-sing.md", ".chloggen/fix-thing.yaml", "changelogs/unreleased/fix-thing.yml",
    ".changes/unreleased/Added-20240101.yaml", "releasenotes/notes/fix-1a2b3c.yaml", "changelog/12.improvement.rst",
    "Misc/NEWS.d/next/Library/2024-01-01.gh-issue-1.abc.rst", "src/pkg/newsfragments/12.feature",
    "changelogs/fragments/12-fix.yml", "doc/release/upcoming_changes/12.change.rst",
    ".changes/next-release/bugfix-s3-1.json", "common/changes/@acme/kettle/main_2026.json",
    "change/@acme-kettle-5a310926-964b-4508-bc7d-4e0a4a431de7.json",
]  # fmt: skip


async def test_fragments_that_the_range_added_are_read_even_when_the_release_ate_them(
    repo: Repo, source: GitSource
) -> None:
    old = "newsfragments/1.feature.rst"
    repo.write({old: "Before\n"}).save("First")
    repo.tag("v1")
    repo.write(dict.fromkeys(FRAGMENTS, "Draft\n")).save("Add")
    repo.write({**dict.fromkeys(FRAGMENTS, "Final text\n"), old: "Changed\n"}).save("Improve")
    repo.write({**dict.fromkeys(FRAGMENTS), old: None}).save("Release")
    repo.tag("v2")
    found = await history(source, repo, "v1", "v2")
    assert found.fragments == dict.fromkeys(FRAGMENTS, "Final text\n")


async def test_what_only_lies_beside_fragments_is_none(repo: Repo, source: GitSource) -> None:
    beside = ["newsfragments/README.md", ".changeset/config.json", "changelog.d/.gitignore", "changes/1.0.md",
              ".changes/v1.2.0.md", "news/index.html", "newsfragments/template.rst", "changelog.d/x.py"]  # fmt: skip
    released(repo, {"x": ""}, dict.fromkeys(beside, "text\n"))
    assert (await history(source, repo, "v1", "v2")).fragments == {}


async def test_manifests_are_shown_before_and_after(repo: Repo, source: GitSource) -> None:
    released(
        repo,
        {"pyproject.toml": "python >=3.10\n", "package.json": "{}", "go.mod": "go 1.21\n", "tests/package.json": "{}"},
        {"pyproject.toml": "python >=3.11\n", "Cargo.toml": "[package]\n", "go.mod": None, "tests/package.json": "[]"},
    )
    deltas = (await history(source, repo, "v1", "v2")).manifests
    assert [(delta.path, delta.before, delta.after) for delta in deltas] == [
        ("Cargo.toml", None, "[package]\n"),
        ("go.mod", "go 1.21\n", None),
        ("pyproject.toml", "python >=3.10\n", "python >=3.11\n"),
    ]


async def test_who_wrote_before_the_range_is_known(repo: Repo, source: GitSource) -> None:
    repo.save("First", by="Jane@Acme.test")
    repo.tag("v1")
    repo.save("By an old hand", by="jane@acme.test")
    repo.save("By somebody new", by="new@acme.test")
    repo.tag("v2")
    repo.save("Later", by="later@acme.test")
    await source.refresh()
    found = await history(source, repo, "v1", "v2")
    assert found.known_emails == {"jane@acme.test"}
    assert (await history(source, repo, "v2", "HEAD")).known_emails == {"jane@acme.test", "new@acme.test"}


async def test_the_index_of_authors_is_extended_and_survives_damage(
    repo: Repo, source: GitSource, tmp_path: Path
) -> None:
    index = tmp_path / "mirror" / "first-commits.json"
    for number in range(3):
        repo.save("Change", by=f"person{number}@acme.test")
        repo.tag(f"v{number}")
    assert (await history(source, repo, "v0", "v1")).known_emails == {"person0@acme.test"}
    covered = FirstCommits.load(index).covered
    assert (await history(source, repo, "v1", "v2")).known_emails == {"person0@acme.test", "person1@acme.test"}
    assert FirstCommits.load(index).covered == [*covered, repo.sha("v1")]
    for damage in ("", "{", "[]", '{"first": {"x": 1}, "covered": []}', '{"first": [], "covered": 7}'):
        index.write_text(damage)
        assert (await history(source, repo, "v1", "v2")).known_emails == {"person0@acme.test", "person1@acme.test"}
    assert there(index)


async def test_people_are_named_as_the_mailmap_names_them(repo: Repo, source: GitSource) -> None:
    repo.write({".mailmap": "Jane Doe <jane@acme.test> <jane@laptop.local>\n"}).save("First", by="jane@acme.test")
    repo.tag("v1")
    repo.save("From the laptop", by="jane@laptop.local")
    repo.tag("v2")
    (commit,) = (await history(source, repo, "v1", "v2")).commits
    assert commit.author == ("Jane Doe", "jane@acme.test")


@pytest.fixture
def monorepo(repo: Repo) -> Repo:
    repo.write(
        {
            "package.json": '{"name": "root"}',
            "packages/ui/package.json": '{"name": "@acme/ui"}',
            "packages/ui/CHANGELOG.md": PAST,
            "packages/legacy-ui/package.json": '{"name": "ui"}',
            "crates/core/Cargo.toml": '[package]\nname = "acme-core"\n',
            "tools/cli/main.go": "package main",
        }
    ).save("First")
    for tag in ("@acme/ui@1.0.0", "acme-core-1.0.0", "tools/cli/v1.0.0", "core/v1.0.0", "v1.0.0"):
        repo.tag(tag)
    for path in ("packages/ui/a.js", "crates/core/a.rs", "tools/cli/b.go", "README"):
        repo.git("switch", "-q", "-c", "topic")
        repo.write({path: "x"}).save(f"Touch {path}")
        repo.git("switch", "-q", "main")
        repo.git("merge", "-q", "--no-ff", "-m", f"Merge {path}", "topic")
        repo.git("branch", "-q", "-d", "topic")
    return repo


@pytest.mark.parametrize(
    ("tag", "touched"),
    [
        ("@acme/ui@{}", "packages/ui/a.js"),
        ("acme-core-{}", "crates/core/a.rs"),
        ("core/v{}", "crates/core/a.rs"),
        ("tools/cli/v{}", "tools/cli/b.go"),
    ],
)
async def test_a_packages_range_counts_only_what_touched_it(
    tag: str, touched: str, monorepo: Repo, source: GitSource
) -> None:
    monorepo.tag(tag.format("1.1.0"))
    found = await history(source, monorepo, tag.format("1.0.0"), tag.format("1.1.0"))
    assert [commit.subject for commit in found.commits] == [f"Merge {touched}", f"Touch {touched}"]
    assert found.changelog == PAST


@pytest.mark.parametrize("tag", ["v{}", "unknown@{}", "elsewhere-{}"])
async def test_other_tags_mean_the_whole_repository(tag: str, monorepo: Repo, source: GitSource) -> None:
    monorepo.tag(tag.format("1.1.0"))
    assert len((await history(source, monorepo, "v1.0.0", tag.format("1.1.0"))).commits) == 8


async def test_a_projects_own_name_before_its_versions_is_no_package(repo: Repo, source: GitSource) -> None:
    repo.write({"app/Cargo.toml": 'name = "app"\n'}).save("First")
    repo.tag("app-1.0")
    repo.write({"other": "x"}).save("Second")
    repo.tag("app-1.1")
    assert len((await history(source, repo, "app-1.0", "app-1.1")).commits) == 1


async def test_the_commits_before_the_range_are_read_when_asked_for(
    repo: Repo, source: GitSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit("Begin", CHANGELOG_md=PAST)
    for number in range(5):
        repo.commit(f"Change {number}", src__app_py=f"{number}\n")
    repo.tag("v1")
    repo.commit("Change 5", src__app_py="5\n")
    repo.tag("v2")
    older, newer = repo.sha("v1"), repo.sha("v2")

    async def past() -> tuple[Commit, ...]:
        return (await source.history(Compare(from_tag="v1", from_sha=older, to_tag="v2", to_sha=newer, past=True))).past

    monkeypatch.setattr(git_reading, "MAX_PAST", 3)
    found = await past()
    assert [commit.subject for commit in found] == ["Change 4", "Change 3", "Change 2"]
    assert found[0].files == (FileChange("M", "src/app.py"),)
    assert (await history(source, repo, "v1", "v2")).past == ()
    monkeypatch.setattr(git_reading, "MAX_PAST_BYTES", 400)
    cut = await past()
    assert 0 < len(cut) < 3
    assert cut == found[: len(cut)]


async def test_without_a_changelog_the_commits_before_the_range_teach_nothing(repo: Repo, source: GitSource) -> None:
    older = repo.commit("Change 1", src__app_py="1\n")
    newer = repo.commit("Change 2", src__app_py="2\n")
    read = await source.history(Compare(from_tag="v1", from_sha=older, to_tag="v2", to_sha=newer, past=True))
    assert read.past == ()
