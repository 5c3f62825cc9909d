"""The tables, one file a domain."""

from releaseray.models.base import new_id, now
from releaseray.models.drafts import Draft, DraftStatus
from releaseray.models.organizations import ApiKey, IdempotencyRecord, Organization, Usage
from releaseray.models.publications import HostedNote, Publication, PublicationStatus
from releaseray.models.repos import ReleaseRange, Repository

__all__ = [
    "ApiKey",
    "Draft",
    "DraftStatus",
    "HostedNote",
    "IdempotencyRecord",
    "Organization",
    "Publication",
    "PublicationStatus",
    "ReleaseRange",
    "Repository",
    "Usage",
    "new_id",
    "now",
]
