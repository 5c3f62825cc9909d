"""Puts the releases of a service in order, whatever they are called; see decision 0041."""

from collections.abc import Iterable
from typing import NamedTuple

from releaseray.tracking.version import Version, parse_version


class Release(NamedTuple):
    """A version of a service, in all its environments. `first_deployed` is unix seconds of its first deploy
    anywhere (or of its first event, when an event came first): a rollback does not change it."""

    name: str
    first_deployed: float


_Key = tuple[float, int, tuple[object, ...], float, str]


class ReleaseOrder:
    """The total order of a service's releases, oldest first. Immutable; building it sorts the releases once.

    Names that are not among `releases` are a `KeyError` everywhere: an event's release is added before it is
    judged.
    """

    def __init__(self, releases: Iterable[Release]) -> None:
        self._releases = {release.name: release for release in sorted(releases, key=lambda r: -r.first_deployed)}
        versions = {name: parse_version(name) for name in self._releases}
        effective = _effective_times(self._releases, versions)
        self._keys = {name: _key(release, versions[name], effective[name]) for name, release in self._releases.items()}
        self._sorted = tuple(sorted(self._keys, key=self._keys.__getitem__))
        self._position = {name: position for position, name in enumerate(self._sorted)}

    def __contains__(self, name: object) -> bool:
        return name in self._position

    def __len__(self) -> int:
        return len(self._sorted)

    @property
    def names(self) -> tuple[str, ...]:
        """Every release, oldest first."""
        return self._sorted

    @property
    def newest(self) -> str | None:
        """The last release in order; None without any."""
        return self._sorted[-1] if self._sorted else None

    def newest_of(self, names: Iterable[str]) -> str | None:
        """The last of `names` in order, such as the releases of one environment; None without any."""
        return max(names, key=self._position.__getitem__, default=None)

    def first_deployed(self, name: str) -> float:
        """Unix seconds of the release's first deploy."""
        return self._releases[name].first_deployed

    def is_older(self, one: str, other: str) -> bool:
        """Whether `one` comes before `other`."""
        return self._position[one] < self._position[other]

    def previous(self, name: str, among: Iterable[str] | None = None) -> str | None:
        """The release right before `name`, of all or `among` some; None when it is the first."""
        position = self._position[name]
        if among is None:
            return self._sorted[position - 1] if position else None
        return self.newest_of(other for other in among if self._position[other] < position)

    def including(self, release: Release) -> "ReleaseOrder":
        """The order with one more release; the earlier first deploy counts if the name is there already."""
        return ReleaseOrder([*self._releases.values(), release])


def _effective_times(releases: dict[str, Release], versions: dict[str, Version | None]) -> dict[str, float]:
    """Each release's first deploy or, for a version, the earliest of its family's that are not lower than it."""
    effective = {name: release.first_deployed for name, release in releases.items()}
    families: dict[tuple[str, str], list[tuple[Version, str]]] = {}
    for name, version in versions.items():
        if version:
            families.setdefault(version.family, []).append((version, name))
    for members in families.values():
        members.sort(key=lambda member: member[0].key, reverse=True)
        earliest = _carry_down([version.key for version, _ in members], [effective[name] for _, name in members])
        effective.update(zip((name for _, name in members), earliest, strict=True))
    return effective


def _carry_down(keys: list[object], times: list[float]) -> list[float]:
    """The running minimum of the times, highest version first; equal versions share the lowest."""
    lowest: dict[object, float] = {}
    running = float("inf")
    for key, time in zip(keys, times, strict=True):
        running = min(running, time)
        lowest[key] = running
    return [lowest[key] for key in keys]


def _key(release: Release, version: Version | None, effective: float) -> _Key:
    """Ties in time go to opaque names first, then families by name: any rule does, so long as it is total."""
    ranked = (version.family, version.key) if version else ()
    return effective, int(version is not None), ranked, release.first_deployed, release.name
