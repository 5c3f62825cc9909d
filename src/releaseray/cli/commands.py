"""All commands by name: a file a command, imported when it is called, so that each costs only what it needs."""

from releaseray.cli.group import Main

main = Main(
    "releaseray",
    help="What changed in a release, told to each audience in its own words. Every setting is an environment "
    "variable RELEASERAY_...; .env.example explains them.",
    modules={
        "try": "try_",
        "serve": "serve",
        "worker": "worker",
        "migrate": "migrate",
        "keys": "keys",
        "installations": "installations",
        "secrets": "secrets",
        "notes": "notes",
        "openapi": "openapi",
    },
)
