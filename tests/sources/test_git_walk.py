"""Random histories, with clocks that go wrong: read line by line they tell the same changes as a log of everything."""

import random
from pathlib import Path

import pytest
from tests.sources.repos import Repo, history

from releaseray.notes.history import Commit
from releaseray.notes.link import link
from releaseray.sources import git_walk
from releaseray.sources.git import GitSource
from releaseray.sources.git_log import LOG, LogParser

SUBJECTS = (
    "Fix {0}",
    "Add {0} (#{0})",
    "Merge pull request #{0} from jane/topic\n\nTitle {0}",
    "Merge branch 'topic-{0}'",
    "Merge #{0} #{1}",
    "Thing {0}\n\nPart-of: acme/myapp!{0}",
)


def some_history(chance: random.Random) -> bytes:
    """What `git fast-import` makes a history of 3 to 40 commits of, with tags `v1` and `v2`."""
    number = chance.randint(3, 40)
    stream = b"".join(_commit(chance, mark) for mark in range(1, number + 1))
    ends = f"reset refs/tags/v2\nfrom :{number}\n\nreset refs/tags/v1\nfrom :{chance.randint(1, number - 1)}\n\n"
    return stream + ends.encode()


def _commit(chance: random.Random, mark: int) -> bytes:
    earlier = range(1, mark)
    parents = [chance.choice(earlier[-4:])] if earlier else []
    if len(earlier) > 2 and chance.random() < 0.35:
        parents += [other for other in chance.sample(earlier, chance.choice([1, 1, 2])) if other not in parents]
    steady = 1_700_000_000 + 60 * mark
    date = chance.choice([steady, steady, chance.randint(1, 2**31 - 1)])
    message = chance.choice(SUBJECTS).format(mark, mark - 1)
    lines = [
        "commit refs/heads/main",
        f"mark :{mark}",
        f"committer Jane <jane@acme.test> {date} +0000",
        f"data {len(message)}",
        message,
        *(f"{'merge' if at else 'from'} :{parent}" for at, parent in enumerate(parents)),
    ]
    for _ in range(chance.randint(0, 3)):
        text = str(chance.random())
        lines += [f"M 100644 inline f{chance.randint(0, 9)}.txt", f"data {len(text)}", text]
    return ("\n".join(lines) + "\n\n").encode()


def everything(repo: Repo) -> tuple[Commit, ...]:
    """The commits between the tags, each with what it changed."""
    written = repo.git(*LOG, "refs/tags/v2", "^refs/tags/v1", "--", env={"GIT_FLUSH": "0"}).encode()
    return tuple(LogParser().parse([written]))


@pytest.mark.parametrize("seed", range(12))
async def test_the_changes_of_a_range_are_those_of_a_log_of_everything(
    seed: int, tmp_path: Path, mirror: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    repo = Repo(tmp_path / "some", "--bare")
    repo.git("fast-import", "--quiet", stdin=some_history(chance))
    monkeypatch.setattr(git_walk, "LONG", chance.choice([1, 2, 5, 2_000]))
    monkeypatch.setattr(git_walk, "BLOCK", chance.choice([1, 3, 500]))
    found = await history(GitSource(str(repo.path), mirror), repo, "v1", "v2")
    whole = everything(repo)
    assert [commit._replace(files=()) for commit in found.commits] == [commit._replace(files=()) for commit in whole]
    assert link(found) == link(found._replace(commits=whole))
