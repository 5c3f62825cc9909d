"""The release before, where releases are tagged on branches of their own."""

from collections.abc import Mapping, Sequence

from releaseray.notes.history import Tag


def up_to(candidates: Sequence[Tag], chosen: Tag | None) -> Sequence[Tag]:
    """The chosen tag and those that stand before it, which it was preferred to because a release builds on it; nothing
    where there are none."""
    place = candidates.index(chosen) if chosen else 0
    return candidates[: place + 1] if place else ()


def closest(distances: Mapping[Tag, int], chosen: Tag | None) -> Tag | None:
    """The first of the tags that a release has fewer commits beyond than beyond the chosen one, which it builds on: it
    left their line later. `distances` is in the order of the candidates; one of 0 has all that the release has."""
    return next((tag for tag, ahead in distances.items() if chosen and 0 < ahead < distances[chosen]), chosen)
