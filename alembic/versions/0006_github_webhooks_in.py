"""GitHub's webhooks in, drafts by themselves"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_JSON, _TEXTS = postgresql.JSONB(), sa.ARRAY(sa.String())


def _added(table: str, name: str, type_: sa.types.TypeEngine, default: str) -> None:
    """A column whose default fills the rows that are there; new ones get theirs from the model."""
    op.add_column(table, sa.Column(name, type_, nullable=False, server_default=sa.text(default)))
    op.alter_column(table, name, server_default=None)


def upgrade() -> None:
    _added("repositories", "channel_personas", _JSON, "'{}'")
    _added("repositories", "hidden", sa.Boolean(), "false")
    op.create_index("ix_repositories_any_case_name", "repositories", [sa.text("lower(full_name)")])
    _added("drafts", "automatic", sa.Boolean(), "false")
    _added("drafts", "publish_to", _TEXTS, "'{}'")
    op.create_index(
        "uq_drafts_one_automatic",
        "drafts",
        ["range_id", "persona"],
        unique=True,
        postgresql_where=sa.text("automatic AND status <> 'failed'"),
    )
    op.create_table(
        "incoming_events",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("org_id", sa.String(), nullable=False),
        sa.Column("repo_id", sa.String(), nullable=True),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("delivery", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("event", _JSON, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organizations.id"], name=op.f("fk_incoming_events_org_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["repo_id"], ["repositories.id"], name=op.f("fk_incoming_events_repo_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming_events")),
        sa.UniqueConstraint("target", "delivery", name=op.f("uq_incoming_events_target_delivery")),
        sa.UniqueConstraint("target", "digest", name=op.f("uq_incoming_events_target_digest")),
    )
    op.create_index(
        "ix_incoming_events_due",
        "incoming_events",
        ["org_id", "due_at"],
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index("ix_incoming_events_repo_created", "incoming_events", ["repo_id", "created_at"])
    op.create_index("ix_incoming_events_created", "incoming_events", ["created_at"])


def downgrade() -> None:
    op.drop_table("incoming_events")
    op.drop_index("uq_drafts_one_automatic", "drafts")
    op.drop_column("drafts", "publish_to")
    op.drop_column("drafts", "automatic")
    op.drop_index("ix_repositories_any_case_name", "repositories")
    op.drop_column("repositories", "hidden")
    op.drop_column("repositories", "channel_personas")
