"""Every setting of the service, read once from `RELEASERAY_…` environment variables."""

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PositiveInt, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def _split(value: Any) -> Any:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


class Settings(BaseSettings):
    """All settings; frozen. Lists are comma-separated in the environment."""

    model_config = SettingsConfigDict(env_prefix="RELEASERAY_", frozen=True, extra="ignore", env_ignore_empty=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    public_url: str | None = None
    """Where readers reach this server, e.g. `https://notes.acme.com`; default: `http://HOST:PORT`."""
    data_dir: Path = Path(".releaseray")
    database_url: str | None = None
    redis_url: str | None = None

    repo_paths: Annotated[tuple[Path, ...], NoDecode] | None = None
    """Folders on the server that clients may connect repositories from. Unset: any folder when the server runs
    on embedded services and listens on loopback only, else none."""
    git_config: Path | None = None
    """A git configuration file honoured when remote repositories are fetched: proxies, certificates, credentials."""
    git_max_bytes: PositiveInt = 20 * 2**30
    """The largest mirror of a remote repository."""
    outbound_allow: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = ()
    """Private networks that addresses named by clients may point at."""

    github_app_id: str | None = None
    """The id (or client id) of a GitHub App that repositories without a token of their own are read as."""
    github_app_private_key: SecretStr | None = Field(default=None, validate_default=True)
    """Its private key, PEM; line breaks may be written `\\n`."""
    github_app_webhook_secret: SecretStr | None = None
    """What GitHub signs the App's webhooks with."""
    github_app_api_url: str = "https://api.github.com"
    """The API that the App is registered at; `https://HOST/api/v3` for Enterprise Server."""
    github_app_organization: str | None = None
    """The id of the organization that new installations of the App belong to; unset: the first one."""

    rate_limit_per_minute: PositiveInt = 100
    rate_limit_per_hour: PositiveInt = 1000
    rate_limit_org_per_day: PositiveInt = 10_000
    unauthorized_per_minute: PositiveInt = 60
    """Failed authentications one address may make in a minute before it is refused with 429."""
    events_per_minute: PositiveInt = 60_000
    """Envelopes, and events beyond the first in one, that a service may send in a minute."""
    pages_rate_limit: str = "300/minute"
    """Requests for public pages that one address may make."""
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ("127.0.0.1",)
    """Addresses of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed."""
    max_body_bytes: PositiveInt = 1_000_000

    default_tier: str = "growth"
    tier_allowances: dict[str, PositiveInt] = {"starter": 200, "growth": 10_000, "scale": 100_000}
    """Drafts a month by billing tier."""

    worker_jobs: PositiveInt = 4
    """Jobs one worker process runs at a time."""
    job_lease_seconds: PositiveInt = 30
    """How long a worker that stopped giving signs of life keeps its jobs."""
    draft_attempts: PositiveInt = 5
    """Starts of one generation, crashed workers included, before it is given up."""
    draft_timeout: PositiveInt = 900
    range_seconds: PositiveInt = 25
    """How long a request for a new range waits until its tags and commits are read; the reading goes on."""
    sweep_seconds: PositiveInt = 5

    event_days: PositiveInt = 30
    """Days for which single events are known, so that a repeated one is not counted again. Counters stay."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "json", "console"] = "auto"
    """`auto`: console on a terminal, JSON lines elsewhere."""
    metrics_port: int | None = None
    """Where a worker serves its own `/metrics`; unset: nowhere."""
    secret_keys: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    """Keys for secrets at rest, newest first (`releaseray secrets key` makes one). Unset: one is made in the data
    directory."""
    shutdown_seconds: PositiveInt = 10

    @field_validator("repo_paths", "trusted_proxies", "secret_keys", "outbound_allow", mode="before")
    @classmethod
    def _split_lists(cls, value: Any) -> Any:
        return _split(value)

    @field_validator("outbound_allow", mode="after")
    @classmethod
    def _networks(cls, value: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(ip_network(str(network)) for network in value)

    @field_validator("github_app_private_key", mode="before")
    @classmethod
    def _line_breaks(cls, value: Any) -> Any:
        return value.replace("\\n", "\n") if isinstance(value, str) else value

    @field_validator("github_app_private_key", mode="after")
    @classmethod
    def _whole_app(cls, value: SecretStr | None, others: ValidationInfo) -> SecretStr | None:
        if (value is None) != (others.data.get("github_app_id") is None):
            raise ValueError("set it together with RELEASERAY_GITHUB_APP_ID")
        return value

    @field_validator("public_url")
    @classmethod
    def _no_trailing_slash(cls, value: str | None) -> str | None:
        return value.rstrip("/") if value else None

    def with_services(self, database_url: str, redis_url: str) -> "Settings":
        """These settings on embedded services: one machine, whose owner may connect any folder unless the server
        is open to others or `repo_paths` says otherwise."""
        own = self.repo_paths is None and self.loopback
        paths = (Path("/"),) if own else self.repo_paths
        return self.model_copy(update={"database_url": database_url, "redis_url": redis_url, "repo_paths": paths})

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        try:
            return self.host == "localhost" or ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def embedded(self) -> bool:
        """Whether this process brings its own PostgreSQL and Redis."""
        return self.database_url is None or self.redis_url is None

    @property
    def base_url(self) -> str:
        """The address that links to this server begin with; no trailing slash."""
        host = {"0.0.0.0": "localhost", "::": "localhost"}.get(self.host, self.host)  # noqa: S104 - compared, not bound
        return self.public_url or f"http://{f'[{host}]' if ':' in host else host}:{self.port}"
