"""What every use case may need of its process: settings, database, jobs, sources."""

from dataclasses import dataclass
from pathlib import Path

from releaseray.db import Database
from releaseray.jobs import Jobs
from releaseray.secrets import SecretBox, open_box
from releaseray.settings import Settings


@dataclass(frozen=True, slots=True)
class Runtime:
    """One per process."""

    settings: Settings
    redis_url: str
    database: Database
    jobs: Jobs
    secrets: SecretBox

    @classmethod
    def of(cls, settings: Settings) -> "Runtime":
        """Everything unconnected. Raises ValueError when a URL is missing or a secret key is malformed, OSError when
        the data directory cannot be written."""
        if settings.database_url is None or settings.redis_url is None:
            raise ValueError("RELEASERAY_DATABASE_URL and RELEASERAY_REDIS_URL must both be set")
        jobs = Jobs(settings.redis_url)
        keys = [key.get_secret_value() for key in settings.secret_keys]
        box = open_box(keys, settings.data_dir.absolute())
        return cls(settings, settings.redis_url, Database(settings.database_url, jobs), jobs, box)

    async def start(self) -> None:
        """Connect to the database."""
        await self.database.start()

    async def close(self) -> None:
        """Close all connections."""
        await self.jobs.close()
        await self.database.close()

    @property
    def mirrors(self) -> Path:
        """The folder of the bare mirrors that history is read from."""
        return self.settings.data_dir.absolute() / "mirrors"
