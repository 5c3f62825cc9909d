"""What a delivery of GitHub's tells us, as small events."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository an event is about. `id` stays when it is renamed; None where the payload has none."""

    id: int | None
    full_name: str


@dataclass(frozen=True, slots=True)
class TagCreated:
    """A tag that was not there before. `sha` is what it points at (a tag object, if annotated), None if not told."""

    repository: Repository
    tag: str
    sha: str | None


@dataclass(frozen=True, slots=True)
class TagMoved:
    """A tag that points elsewhere now."""

    repository: Repository
    tag: str
    sha: str


@dataclass(frozen=True, slots=True)
class TagDeleted:
    """A tag that is gone."""

    repository: Repository
    tag: str


@dataclass(frozen=True, slots=True)
class BranchPushed:
    """New commits on a branch."""

    repository: Repository
    branch: str
    sha: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class ReleaseChanged:
    """A release on GitHub; `action` is GitHub's word (`published`, `edited`, `deleted`, …)."""

    repository: Repository
    action: str
    tag: str
    draft: bool
    prerelease: bool


@dataclass(frozen=True, slots=True)
class PullRequestChanged:
    """A pull request; `merged` says whether its commits have arrived, `merge_sha` as which one where that is told.
    `action` is GitHub's word."""

    repository: Repository
    action: str
    number: int
    merged: bool
    merge_sha: str | None = None

    @property
    def retold(self) -> bool:
        """Whether what was read of a range may tell it otherwise: merged just now, or renamed or labelled since."""
        return self.merged and self.action in ("closed", "edited", "labeled", "unlabeled")


@dataclass(frozen=True, slots=True)
class RepositoryRenamed:
    """The repository has a new name or owner; `repository` is the new one."""

    repository: Repository
    old_full_name: str


@dataclass(frozen=True, slots=True)
class RepositoryDeleted:
    """The repository is gone."""

    repository: Repository


@dataclass(frozen=True, slots=True)
class VisibilityChanged:
    """The repository was made private or public."""

    repository: Repository
    private: bool


@dataclass(frozen=True, slots=True)
class AccessChanged:
    """An App's installation came, went or sees other repositories.

    `action` is GitHub's word (`created`, `deleted`, `suspend`, `unsuspend`, `added`, `removed`, …), `account` the
    login of who installed it.
    """

    installation_id: int
    action: str
    added: tuple[Repository, ...]
    removed: tuple[Repository, ...]
    account: str = ""


Event = (
    TagCreated
    | TagMoved
    | TagDeleted
    | BranchPushed
    | ReleaseChanged
    | PullRequestChanged
    | RepositoryRenamed
    | RepositoryDeleted
    | VisibilityChanged
    | AccessChanged
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one payload is about, and the events in it: one at most, of the kinds that GitHub has today.

    `installation_id` is the App's installation that was told, None where a webhook was.
    """

    repository: Repository | None
    installation_id: int | None
    events: tuple[Event, ...]
