"""Counts what is behind a range, without what drafts need besides: a long one is counted where there is little room."""

from typing import NamedTuple

from releaseray.notes.grouping import groups
from releaseray.notes.history import History
from releaseray.notes.link import closed_by_hand, said


class Counts(NamedTuple):
    """Distinct pull requests merged in a range, and distinct issues that it closes or names as its own."""

    pull_requests: int
    issues: int


def counts(history: History) -> Counts:
    """How many pull requests and issues are behind `history`. A pull request's number is never an issue's too."""
    told = [said(group, history)._replace(title="", body="") for group in groups(history)]
    pulls = {words.pr for words in told if words.pr is not None} | set(closed_by_hand(told).values())
    named = {number for words in told for number in (*words.closes, *words.mentions)}
    return Counts(len(pulls), len(named - pulls - history.pulls.keys()))
