"""Weighs changes by a model, part by part, and the parts of a change before it is known what else belongs to it."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from itertools import islice
from typing import Generic, TypeVar

from releaseray.notes.aside import is_aside
from releaseray.notes.change import Change
from releaseray.notes.history import Commit, FileChange
from releaseray.notes.link import alone
from releaseray.notes.model import Model
from releaseray.notes.model_features import body_features, other_features, pairs_among, text_features
from releaseray.notes.model_paths import path_features
from releaseray.notes.surroundings import Surroundings

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
        self._told = (0, 0, 0)

    def scores(self, change: Change, around: Surroundings) -> list[float]:
        """What the model says of the change: `model.scores` of all its features."""
        parts = self._titles[change.headline.text] + self._bodies[change.body] + self._paths[change.files]
        return self.model.scored(parts + self.model.total((*other_features(change), *around.features(change))))

    def foresee(self, commits: Iterable[Commit]) -> None:
        """Weigh what these commits of the range say by themselves, so that it is known when their changes are.

        What a merge brought in is left alone, where the merge came first as it does in a log: the merge speaks for
        it. So is what touches nothing that users get, and is hardly ever weighed. Threads may call this at once, each
        for its part of a range.
        """
        said = [(*alone(commit), commit.files) for commit in commits if self._speaks(commit)]
        said = [(title, body, files) for title, body, files in said if not is_aside(title, files)]
        # One kind after the other: what each takes stays near the processor meanwhile
        for title, _, _ in said:
            self._titles[title.text]
        for _, body, _ in said:
            if body is not None:
                self._bodies[body]
        for _, _, files in said:
            self._paths[files]

    def _speaks(self, commit: Commit) -> bool:
        """Whether no merge that was seen speaks for the commit."""
        if commit.sha in self._sides and commit.sha not in self._line:
            self._sides.update(commit.parents)
            return False
        self._line.update(commit.parents[:1])
        self._sides.update(commit.parents[1:])
        return True

    def weighed(self) -> Weighed:
        """The parts that were weighed since this was asked last, to be taken by another weigher with the same model."""
        titles, bodies, paths = self._told
        self._told = len(self._titles), len(self._bodies), len(self._paths)
        return _from(titles, self._titles), _from(bodies, self._bodies), _from(paths, self._paths)

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


def _from(first: int, weighed: Mapping[Part, int]) -> dict[Part, int]:
    return dict(islice(weighed.items(), first, None))
