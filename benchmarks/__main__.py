"""`python -m benchmarks [PART …]`: measure and print one table; all parts together are written to RESULTS.md.

The parts are `drafts` (`BENCH_REPO` names the repository), `ingest` (against Bugsink) and `growth` (up to ten million
events, which take some minutes to make).
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import drafting, reads, waiting
from benchmarks.ingest import compare, growth
from benchmarks.load import CONNECTIONS, tool
from benchmarks.processes import Stage, resident_megabytes, stage
from benchmarks.repository import Repository
from benchmarks.table import Row, machine, render
from releaseray.settings import Settings

_RESULTS = Path(__file__).parent / "RESULTS.md"
_PARTS = ("drafts", "ingest", "growth")
_DRAFT_COMMITS = 100
_DRAFT_CHARACTERS = 4_000


def measured(services: Stage, repository: Repository) -> Iterator[list[Row]]:
    """Drafts and reads, one after the other; what is compared is interleaved within its part."""
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


def _drafts(told: list[str]) -> Iterator[list[Row]]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, stage() as services:
        repository = _repository(os.environ.get("BENCH_REPO"), Path(folder))
        told.append(f"Load by {tool()} on {CONNECTIONS} connections. Repository: {repository.name}.")
        yield from measured(services, repository)


def _part(name: str, told: list[str]) -> Iterator[list[Row]]:
    """The rows of one part, on services of its own; `told` takes what is to be said of how they came about."""
    if name == "drafts":
        yield from _drafts(told)
        return
    with stage() as services:
        if name == "ingest":
            told.append(compare.TOLD)
            yield compare.against_bugsink(services)
        else:
            yield from ([row] for row in growth.measured(services, growth.SIZES))


def main() -> None:
    """Run it all, or the parts that are named, and report."""
    wanted = sys.argv[1:] or list(_PARTS)
    if unknown := set(wanted) - set(_PARTS):
        sys.exit(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(_PARTS)}")
    told, rows, began = [f"`make bench` on {machine()}."], list[Row](), time.monotonic()
    for name in wanted:
        for part in _part(name, told):
            rows += part
            for row in part:
                print(f"{time.monotonic() - began:4.0f} s: {row.what}: {row.measured}", file=sys.stderr)
    told.append("What is compared is measured in turns; ratios are taken within a round.")
    table = render(rows)
    if set(wanted) == set(_PARTS):
        _RESULTS.write_text("# How fast, how small\n\n{}\n\n{}\n".format("\n".join(told), table))
    print(table)


def _repository(given: str | None, folder: Path) -> Repository:
    """The repository, checked to be long enough; ends the program with one line when it is not."""
    print("preparing the repository …", file=sys.stderr)
    try:
        kept = Settings().data_dir.absolute() / "benchmarks"
        repository = Repository.of(Path(given) if given else None, folder, kept)
        repository.range(max(drafting.SIZES))
    except (subprocess.CalledProcessError, ValueError) as problem:
        sys.exit(f"BENCH_REPO={given}: {problem}")
    return repository


if __name__ == "__main__":
    main()
