"""Deploys that came before their tags"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deploys", sa.Column("queued_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE deploys SET queued_at = deployed_at")
    op.alter_column("deploys", "queued_at", nullable=False)
    op.add_column("deploys", sa.Column("waits_for", sa.String(), nullable=True))
    # Whether it waits was not kept: whatever nothing is known of is looked for once more.
    op.execute(
        "UPDATE deploys SET waits_for = release_id WHERE examined_at IS NOT NULL AND NOT EXISTS"
        " (SELECT 1 FROM release_changes c WHERE c.release_id = deploys.release_id)"
    )
    op.create_index("ix_deploys_waiting", "deploys", ["deployed_at"], postgresql_where=sa.text("waits_for IS NOT NULL"))


def downgrade() -> None:
    op.drop_index("ix_deploys_waiting", "deploys")
    op.drop_column("deploys", "waits_for")
    op.drop_column("deploys", "queued_at")
