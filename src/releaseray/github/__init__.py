"""GitHub's API as source and channel both need it: authentication, limits, retries, caching, clear errors."""

from releaseray.github.api import DEFAULT_URL, GitHubApi, Storage
from releaseray.github.auth import AppAuth, Auth, NoAuth, TokenAuth
from releaseray.github.errors import GitHubError, Kind

__all__ = ["DEFAULT_URL", "AppAuth", "Auth", "GitHubApi", "GitHubError", "Kind", "NoAuth", "Storage", "TokenAuth"]
