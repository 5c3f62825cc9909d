"""`python -m benchmarks`: measure, print one table, and write it to RESULTS.md. `BENCH_REPO` names a repository."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import drafting, reads, waiting
from benchmarks.load import CONNECTIONS, tool
from benchmarks.processes import Stage, resident_megabytes, stage
from benchmarks.repository import Repository
from benchmarks.table import Row, machine, render
from releaseray.settings import Settings

_RESULTS = Path(__file__).parent / "RESULTS.md"
_DRAFT_COMMITS = 100
_DRAFT_CHARACTERS = 4_000


def measured(services: Stage, repository: Repository) -> Iterator[list[Row]]:
    """Every part, one after the other; what is compared is interleaved within its part."""
    key = services.call("keys", "create", "--name", "benchmark")
    with services.serve() as api, drafting.Client(api.url, key) as client:
        with services.worker() as worker:
            yield drafting.against_git(client, repository, worker)
            yield [waiting.pick_up(services), waiting.idle(services, worker)]
            draft_id = client.draft(client.make_range(client.connect(repository), repository.range(_DRAFT_COMMITS)))
        client.shorten(draft_id, _DRAFT_CHARACTERS)
        yield [Row("API's memory after making these ranges", f"{resident_megabytes(api.process):.0f} MB")]
    with services.serve() as api:
        with services.bare() as bare:
            yield reads.against_bare(api, bare, key, draft_id)
        yield [reads.round_trips(services, api, key, draft_id), reads.exactness(services, draft_id)]


def main() -> None:
    """Run it all and report."""
    told = f"`make bench` on {machine()}.\nLoad by {tool()} on {CONNECTIONS} connections."
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, stage() as services:
        repository = _repository(os.environ.get("BENCH_REPO"), Path(folder))
        rows: list[Row] = []
        began = time.monotonic()
        for part in measured(services, repository):
            rows += part
            print(f"{time.monotonic() - began:4.0f} s: {part[0].what} …", file=sys.stderr)
    told += f" Repository: {repository.name}.\nWhat is compared is measured in turns; ratios are taken within a round."
    table = render(rows)
    _RESULTS.write_text(f"# How fast, how small\n\n{told}\n\n{table}\n")
    print(table)


def _repository(given: str | None, folder: Path) -> Repository:
    """The repository, checked to be long enough; ends the program with one line when it is not."""
    print("preparing the repository …", file=sys.stderr)
    try:
        repository = Repository.of(Path(given) if given else None, folder, Settings().data_dir / "benchmarks")
        repository.range(max(drafting.SIZES))
    except (subprocess.CalledProcessError, ValueError) as problem:
        sys.exit(f"BENCH_REPO={given}: {problem}")
    return repository


if __name__ == "__main__":
    main()
