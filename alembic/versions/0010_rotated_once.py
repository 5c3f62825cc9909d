"""Which key took the place of a key"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("api_keys", sa.Column("successor_id", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("api_keys", "successor_id")
