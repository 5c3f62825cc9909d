"""GitHub's API as source and channel both need it: authentication, limits, retries, caching, clear errors."""

from releaseray.github.addresses import DEFAULT_URL, api_base, web_base
from releaseray.github.api import GitHubApi, Storage
from releaseray.github.app import GitHubApp, Installation
from releaseray.github.auth import AppAuth, AppKey, Auth, NoAuth, TokenAuth
from releaseray.github.errors import GitHubError, Kind
from releaseray.github.together import together

__all__ = [
    "DEFAULT_URL",
    "AppAuth",
    "AppKey",
    "Auth",
    "GitHubApi",
    "GitHubApp",
    "GitHubError",
    "Installation",
    "Kind",
    "NoAuth",
    "Storage",
    "TokenAuth",
    "api_base",
    "together",
    "web_base",
]
