"""Weighs changes by a model, part by part, and the parts of a change before it is known what else belongs to it."""

from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

from releaseray.notes.change import Change
from releaseray.notes.history import Commit, FileChange
from releaseray.notes.link import alone
from releaseray.notes.model import Model
from releaseray.notes.model_features import body_features, other_features, pairs_among, text_features
from releaseray.notes.model_paths import path_features

Part = TypeVar("Part", bound=Hashable)
Weighed = tuple[dict[str, int], dict[str, int], dict[tuple[FileChange, ...], int]]
"""What titles, texts and paths add."""


class Weigher:
    """What the titles, texts and paths of one range add to the scores of `model`, each weighed once.

    A score is a sum over features, and those of a title, of a text and of paths begin differently: so the parts can
    be weighed one by one, and those of a commit as soon as it is read, while git looks for the next.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        neighbours = pairs_among(model.table)
        self._titles = _Weighed[str](lambda title: model.total(text_features(title, neighbours)))
        self._bodies = _Weighed[str](lambda body: model.total(body_features(body)))
        self._paths = _Weighed[tuple[FileChange, ...]](lambda files: model.total(path_features(files)))
        self._sides: set[str] = set()
        self._line: set[str] = set()

    def scores(self, change: Change) -> list[float]:
        """What the model says of the change: `model.scores` of all its features."""
        parts = self._titles[change.headline.text] + self._bodies[change.body] + self._paths[change.files]
        return self.model.scored(parts + self.model.total(other_features(change)))

    def foresee(self, commits: Iterable[Commit]) -> None:
        """Weigh what these commits of the range say by themselves, so that it is known when their changes are.

        What a merge brought in is left alone, where the merge came first as it does in a log: the merge speaks for
        it. Threads may call this at once, each for its part of a range.
        """
        for commit in commits:
            if commit.sha in self._sides and commit.sha not in self._line:
                self._sides.update(commit.parents)
                continue
            self._line.update(commit.parents[:1])
            self._sides.update(commit.parents[1:])
            title, body = alone(commit)
            self._titles[title.text]
            if body is not None:
                self._bodies[body]
            self._paths[commit.files]

    def weighed(self) -> Weighed:
        """All parts that were weighed, to be taken by another weigher with the same model."""
        return {**self._titles}, {**self._bodies}, {**self._paths}

    def take(self, weighed: Weighed) -> None:
        """Believe what another weigher with the same model found."""
        titles, bodies, paths = weighed
        self._titles.update(titles)
        self._bodies.update(bodies)
        self._paths.update(paths)


class _Weighed(dict[Part, int], Generic[Part]):
    """Parts → what they add, found out when it is first asked for."""

    def __init__(self, weigh: Callable[[Part], int]) -> None:
        super().__init__()
        self._weigh = weigh

    def __missing__(self, part: Part) -> int:
        weight = self[part] = self._weigh(part)
        return weight
