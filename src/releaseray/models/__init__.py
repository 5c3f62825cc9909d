"""The tables, one file a domain."""

from releaseray.models.base import new_id, now
from releaseray.models.channels import ChannelSetup
from releaseray.models.drafts import Draft, DraftStatus
from releaseray.models.github import GitHubAnswer, GitHubInstallation
from releaseray.models.incoming import IncomingEvent, IncomingStatus
from releaseray.models.organizations import ApiKey, IdempotencyRecord, Organization, Usage
from releaseray.models.publications import HostedNote, Publication, PublicationStatus
from releaseray.models.repos import ReleaseRange, Repository
from releaseray.models.tracking import Deploy, DeployKind, Release, ReleaseChanges, Service
from releaseray.models.tracking_errors import (
    MOST_ENVIRONMENTS,
    ErrorChange,
    ErrorEnvironment,
    ErrorHash,
    ErrorKeys,
    ErrorPlace,
    TrackedError,
)
from releaseray.models.tracking_events import ErrorDay, ErrorHour, EventId, InboxKind, InboxRow, Session, SessionHour
from releaseray.models.webhooks import Delivery, DeliveryStatus, Webhook

__all__ = [
    "MOST_ENVIRONMENTS",
    "ApiKey",
    "ChannelSetup",
    "Delivery",
    "DeliveryStatus",
    "Deploy",
    "DeployKind",
    "Draft",
    "DraftStatus",
    "ErrorChange",
    "ErrorDay",
    "ErrorEnvironment",
    "ErrorHash",
    "ErrorHour",
    "ErrorKeys",
    "ErrorPlace",
    "EventId",
    "GitHubAnswer",
    "GitHubInstallation",
    "HostedNote",
    "IdempotencyRecord",
    "InboxKind",
    "InboxRow",
    "IncomingEvent",
    "IncomingStatus",
    "Organization",
    "Publication",
    "PublicationStatus",
    "Release",
    "ReleaseChanges",
    "ReleaseRange",
    "Repository",
    "Service",
    "Session",
    "SessionHour",
    "TrackedError",
    "Usage",
    "Webhook",
    "new_id",
    "now",
]
