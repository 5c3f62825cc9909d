"""What every use case may need of its process: settings, database, jobs, sources."""

from dataclasses import dataclass, field
from pathlib import Path

from releaseray.db import Database
from releaseray.github import GitHubApp, api_base
from releaseray.jobs import Jobs
from releaseray.outbound import OutboundClient
from releaseray.secrets import SecretBox, open_box
from releaseray.services.readings import Readings
from releaseray.settings import Settings

_RECEIVERS = 400
_ANSWER_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Runtime:
    """One per process. `vendors` calls channels and GitHub, `receivers` the webhooks of clients; `github_app` is None
    where the operator registered none."""

    settings: Settings
    redis_url: str
    database: Database
    jobs: Jobs
    secrets: SecretBox
    vendors: OutboundClient
    receivers: OutboundClient
    github_app: GitHubApp | None
    readings: Readings = field(default_factory=Readings)

    @classmethod
    def of(cls, settings: Settings) -> "Runtime":
        """Everything unconnected. Raises ValueError when a URL is missing or a secret key is malformed, OSError when
        the data directory cannot be written."""
        if settings.database_url is None or settings.redis_url is None:
            raise ValueError("RELEASERAY_DATABASE_URL and RELEASERAY_REDIS_URL must both be set")
        jobs = Jobs(settings.redis_url)
        keys = [key.get_secret_value() for key in settings.secret_keys]
        box = open_box(keys, settings.data_dir.absolute())
        allow = settings.outbound_allow
        vendors = OutboundClient(allow)
        return cls(
            settings,
            settings.redis_url,
            Database(settings.database_url, jobs),
            jobs,
            box,
            vendors=vendors,
            receivers=OutboundClient(allow, limit=_ANSWER_BYTES, cut=True, connections=_RECEIVERS),
            github_app=_github_app(settings, vendors),
        )

    async def start(self) -> None:
        """Connect to the database."""
        await self.database.start()

    async def close(self) -> None:
        """Close all connections."""
        await self.readings.close()
        await self.vendors.aclose()
        await self.receivers.aclose()
        await self.jobs.close()
        await self.database.close()

    @property
    def mirrors(self) -> Path:
        """The folder of the bare mirrors that history is read from."""
        return self.settings.data_dir.absolute() / "mirrors"


def _github_app(settings: Settings, http: OutboundClient) -> GitHubApp | None:
    if settings.github_app_id is None or settings.github_app_private_key is None:
        return None
    api_url = api_base(settings.github_app_api_url)
    return GitHubApp(http, settings.github_app_id, settings.github_app_private_key, api_url)
