"""The schema's migrations, run from code; Alembic's own command works beside it."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.engine import make_url

_INI = Path(__file__).parents[2] / "alembic.ini"


def async_url(database_url: str) -> str:
    """The URL for SQLAlchemy over asyncpg, whatever driver it names."""
    return make_url(database_url).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)


def _config(database_url: str | None = None) -> Config:
    config = Config(_INI)
    config.attributes["database_url"] = database_url
    return config


@cache
def newest() -> str | None:
    """The revision that this version of the product works with."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def upgrade(database_url: str) -> None:
    """Bring the schema up to `newest`. Blocks, and must not be called from a running event loop."""
    command.upgrade(_config(database_url), "head")


def check(database_url: str) -> None:
    """Raise when the tables as declared and as migrated differ."""
    command.check(_config(database_url))
