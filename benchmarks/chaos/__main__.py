"""`python -m benchmarks.chaos`: run it once a seed, print what came of each, and, asked to, write RESULTS.md."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from benchmarks.chaos.run import Outcome, Plan, run

_RESULTS = Path(__file__).parent / "RESULTS.md"
_HEAD = """\
# Killed at random

`python -m benchmarks.chaos --drafts {drafts} --seconds {seconds:g} --seeds {seeds} --write`: two API servers, two
workers, a Redis and a PostgreSQL, on the product's default settings (rate limits apart). Every 0.5 to 2 seconds one of
them gets `kill -9` and is started again; Redis comes back with its file or empty, by the toss of a coin. All the while
a client asks for drafts, each with an Idempotency-Key, and asks again when it gets no answer. In the end every request
is made once more and everything is counted, in the database.

| seed | killed | no answer or 5xx | finished | made twice | starts: drafts | last kill to last draft | as promised |
|---|---|---|---|---|---|---|---|
"""


def _row(outcome: Outcome) -> str:
    finished = sum(status == "completed" for status in outcome.verdict.drafts.values())
    columns = [
        f"{outcome.plan.seed}",
        ", ".join(f"{kind} {times}" for kind, times in outcome.kills.items() if times),
        f"{sum(times for answer, times in outcome.answers.items() if not answer.startswith(('2', '4')))}",
        f"{finished} of {outcome.plan.drafts}",
        f"{max(0, outcome.verdict.counted - outcome.plan.drafts, len(outcome.verdict.drafts) - outcome.plan.drafts)}",
        ", ".join(f"{starts}: {drafts}" for starts, drafts in sorted(outcome.verdict.attempts.items())),
        f"{outcome.verdict.settled_seconds:.0f} s",
        "; ".join(outcome.complaints) or "yes",
    ]
    return f"| {' | '.join(columns)} |\n"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos", description=__doc__)
    parser.add_argument("--drafts", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--postgres", choices=["spare", "kill", "both"], default="both", help="both: one run each")
    parser.add_argument("--write", action="store_true", help="write RESULTS.md")
    return parser.parse_args()


async def _orderly(plan: Plan) -> Outcome:
    """A run that also ends what it started when it is told to stop."""
    running = asyncio.ensure_future(run(plan))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    return await running


def main() -> None:
    """Run, report, and end with 1 when a promise was broken."""
    given = _arguments()
    variants = {"spare": [False], "kill": [True], "both": [False, True]}[given.postgres]
    head = _HEAD.format(drafts=given.drafts, seconds=given.seconds, seeds=" ".join(map(str, given.seeds)))
    text, broken = head, False
    print(head, end="", flush=True)
    for postgres in variants:
        for seed in given.seeds:
            outcome = asyncio.run(_orderly(Plan(seed, given.drafts, given.seconds, postgres)))
            broken = broken or bool(outcome.complaints)
            text += _row(outcome)
            print(_row(outcome), end="", flush=True)
            print(f"answers: {dict(outcome.answers)}; errors logged: {dict(outcome.errors)}", file=sys.stderr)
    if given.write:
        _RESULTS.write_text(text)
    sys.exit(broken)


if __name__ == "__main__":
    main()
