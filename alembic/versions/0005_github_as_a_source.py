"""GitHub as a source"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_PERSONAS = "'{engineer,internal,customer}'::varchar[]"


def _moment(name: str) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _belongs(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_org_id")
    return sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=name, ondelete="CASCADE")


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=True)


def _switch(name: str) -> sa.Column:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())


def _list(name: str, default: str) -> sa.Column:
    return sa.Column(name, sa.ARRAY(sa.String()), nullable=False, server_default=sa.text(default))


# The defaults fill the rows that are there; new ones get theirs from the model.
_SWITCHES = ("cloneless", "prereleases", "automatic")
_LISTS = {"personas": _PERSONAS, "channels": "'{}'"}
_TEXTS = ("api_url", "sealed_token", "sealed_webhook_secret", "tag_pattern", "unavailable")


def upgrade() -> None:
    for name in _TEXTS:
        op.add_column("repositories", _text(name))
    op.add_column("repositories", sa.Column("installation_id", sa.BigInteger(), nullable=True))
    for name in _SWITCHES:
        op.add_column("repositories", _switch(name))
        op.alter_column("repositories", name, server_default=None)
    for name, default in _LISTS.items():
        op.add_column("repositories", _list(name, default))
        op.alter_column("repositories", name, server_default=None)
    op.create_index("ix_repositories_github_repo_id", "repositories", ["github_repo_id"])
    op.create_table(
        "github_cache",
        sa.Column("org_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        _moment("used_at"),
        _belongs("github_cache"),
        sa.PrimaryKeyConstraint("org_id", "key", name=op.f("pk_github_cache")),
    )
    op.create_index("ix_github_cache_used_at", "github_cache", ["used_at"])
    op.create_table(
        "github_installations",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("org_id", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        _moment("created_at"),
        _moment("updated_at"),
        _belongs("github_installations"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_github_installations")),
    )


def downgrade() -> None:
    op.drop_table("github_installations")
    op.drop_table("github_cache")
    op.drop_index("ix_repositories_github_repo_id", "repositories")
    for name in (*_LISTS, *_SWITCHES, "installation_id", *_TEXTS):
        op.drop_column("repositories", name)
