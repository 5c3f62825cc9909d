"""The command line: `releaseray try`, `serve`, `worker`, `migrate`, `keys`, `secrets`, `openapi`."""

import sys

if sys.platform == "win32":
    sys.exit("ReleaseRay runs on Linux and macOS; on Windows, use WSL.")

from releaseray.cli.group import Main
from releaseray.cli.keys import keys
from releaseray.cli.migrate import migrate
from releaseray.cli.openapi import openapi
from releaseray.cli.secrets import secrets
from releaseray.cli.serve import serve
from releaseray.cli.try_ import try_
from releaseray.cli.worker import worker

__all__ = ["main"]

main = Main(
    "releaseray",
    help="What changed in a release, told to each audience in its own words. Every setting is an environment "
    "variable RELEASERAY_...; .env.example explains them.",
    commands=[try_, serve, worker, migrate, keys, secrets, openapi],
)
