"""Channels and webhooks"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ORG = ("org_id", "organizations.id")
_COUNTERS = ("asked", "tries", "attempt")


def _belongs(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")


def _moment(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "channel_setups",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("org_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("sealed_config", sa.String(), nullable=False),
        _moment("created_at"),
        _moment("updated_at"),
        _belongs("channel_setups", *_ORG),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_setups")),
        sa.UniqueConstraint("org_id", "channel", name=op.f("uq_channel_setups_org_id_channel")),
    )
    op.create_table(
        "webhooks",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("org_id", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("events", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("notice", sa.String(), nullable=True),
        _moment("failing_since", nullable=True),
        sa.Column("sealed_secret", sa.String(), nullable=False),
        sa.Column("sealed_former_secret", sa.String(), nullable=True),
        _moment("former_until", nullable=True),
        _moment("created_at"),
        _moment("updated_at"),
        _belongs("webhooks", *_ORG),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )
    op.create_index("ix_webhooks_org_created", "webhooks", ["org_id", "created_at"])
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("org_id", sa.String(), nullable=False),
        sa.Column("webhook_id", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        _moment("due_at", nullable=True),
        sa.Column("log", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        _moment("created_at"),
        _moment("updated_at"),
        _belongs("deliveries", *_ORG),
        _belongs("deliveries", "webhook_id", "webhooks.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
    )
    due = sa.text("due_at IS NOT NULL")
    op.create_index("ix_deliveries_due", "deliveries", ["org_id", "due_at"], postgresql_where=due)
    op.create_index("ix_deliveries_webhook_created", "deliveries", ["webhook_id", "created_at"])
    op.create_index("ix_deliveries_created", "deliveries", ["created_at"])
    for name in _COUNTERS:
        op.add_column("publications", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        op.alter_column("publications", name, server_default=None)
    op.add_column("publications", sa.Column("unsure", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("publications", "unsure", server_default=None)
    op.add_column("publications", _moment("due_at", nullable=True))
    op.create_index("ix_publications_due", "publications", ["org_id", "due_at"], postgresql_where=due)
    op.add_column("idempotency_records", _moment("running_until", nullable=True))


def downgrade() -> None:
    op.drop_column("idempotency_records", "running_until")
    op.drop_index("ix_publications_due", table_name="publications")
    for name in ("due_at", "unsure", *_COUNTERS):
        op.drop_column("publications", name)
    op.drop_table("deliveries")
    op.drop_table("webhooks")
    op.drop_table("channel_setups")
