"""From the accepted request to the finished draft, against git's own reading of the same range."""

import os
import subprocess
import time
from statistics import median

import httpx
import psutil

from benchmarks.processes import Peak
from benchmarks.repository import Range, Repository
from benchmarks.table import Row, spread

SIZES = (100, 1_000, 20_000)
_ROUNDS = 5
_ALLOWED_SECONDS = 0.150
_PERSONA = "engineer"


class Client:
    """The API as a client of it sees it."""

    def __init__(self, url: str, key: str) -> None:
        self._http = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=900)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *problem: object) -> None:
        self._http.close()

    def connect(self, repository: Repository) -> str:
        """The id of the repository, connected."""
        return str(self._post("/api/repos", {"url": str(repository.path)})["id"])

    def make_range(self, repo_id: str, asked: Range) -> str:
        """The id of the range."""
        body = {"repoId": repo_id, "fromTag": asked.from_tag, "toTag": asked.to_tag}
        return str(self._post("/api/ranges", body)["id"])

    def draft(self, range_id: str) -> str:
        """The id of a new draft, once it is finished; raises RuntimeError when it failed."""
        draft_id = str(self._post(f"/api/drafts/{range_id}/generate", {"persona": _PERSONA})["id"])
        while (draft := self._get(draft_id)).get("status") == "processing":
            pass
        if "status" in draft:
            raise RuntimeError(f"a draft failed: {draft['error']}")
        return draft_id

    def shorten(self, draft_id: str, characters: int) -> None:
        """Give a draft a text of so many characters, repeating its own where that is too short."""
        text = self._get(draft_id)["bodyMd"] + "\n"
        body = {"bodyMd": (text * (characters // len(text) + 1))[:characters]}
        self._http.patch(f"/api/drafts/{draft_id}", json=body).raise_for_status()

    def _post(self, path: str, body: dict[str, str]) -> dict[str, object]:
        answer = self._http.post(path, json=body).raise_for_status()
        found: dict[str, object] = answer.json()
        return found

    def _get(self, draft_id: str) -> dict[str, str]:
        answer = self._http.get(f"/api/drafts/{draft_id}", headers={"Prefer": "wait=30"}).raise_for_status()
        found: dict[str, str] = answer.json()
        return found


def against_git(client: Client, repository: Repository, worker: psutil.Process) -> list[Row]:
    """Every size in turns with git; the ratio, the time beyond twice git's, the growth and the worker's memory."""
    repo_id = client.connect(repository)
    ranges = [repository.range(size) for size in SIZES]
    ids = [client.make_range(repo_id, asked) for asked in ranges]
    seconds: list[list[tuple[float, float]]] = [[] for _ in SIZES]
    with Peak(worker) as peak:
        for _ in range(_ROUNDS):
            for taken, asked, range_id in zip(seconds, ranges, ids, strict=True):
                taken.append((_git_seconds(repository, asked), _draft_seconds(client, range_id)))
    rows = [row for asked, taken in zip(ranges, seconds, strict=True) for row in _compared(asked, taken)]
    memory = Row(
        f"worker's peak memory, {ranges[-1].commits:,} commits, git apart",
        f"{peak.megabytes:.0f} MB",
        "< 350 MB",
        peak.megabytes < 350,
    )
    return [*rows, _growth(ranges, seconds), memory]


def _git_seconds(repository: Repository, asked: Range) -> float:
    command = ["git", "-C", str(repository.path), "log", "--name-status", f"{asked.from_tag}..{asked.to_tag}"]
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE) as reading:
        while reading.stdout and os.read(reading.stdout.fileno(), 1 << 20):
            pass
    return time.perf_counter() - began


def _draft_seconds(client: Client, range_id: str) -> float:
    began = time.perf_counter()
    client.draft(range_id)
    return time.perf_counter() - began


def _compared(asked: Range, taken: list[tuple[float, float]]) -> list[Row]:
    allowed = [draft / (2 * git + _ALLOWED_SECONDS) for git, draft in taken]
    name = f"{asked.commits:,} commits"
    return [
        Row(f"git log --name-status, {name}", spread([git * 1000 for git, _ in taken], " ms", 0)),
        Row(f"draft, asked → finished, {name}", spread([draft * 1000 for _, draft in taken], " ms", 0)),
        Row(f"draft ÷ (2 × git + 150 ms), {name}", spread(allowed), "≤ 1", median(allowed) <= 1),
    ]


def _growth(ranges: list[Range], seconds: list[list[tuple[float, float]]]) -> Row:
    """Time per further commit from the middle size to the largest, in ratio to that from the smallest to it."""
    small, middle, large = ([draft for _, draft in taken] for taken in seconds)
    commits = [asked.commits for asked in ranges]
    factors = [
        ((c - b) / (commits[2] - commits[1])) / ((b - a) / (commits[1] - commits[0]))
        for a, b, c in zip(small, middle, large, strict=True)
    ]
    return Row("time per further commit, 20,000 to 1,000", spread(factors), "≤ 1.5 (linear)", median(factors) <= 1.5)
