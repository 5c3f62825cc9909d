"""What lists of errors are found by"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_BYTE_ORDER = sa.String(collation="C")
_PLACES = ("ix_error_places_release", "error_places")


def upgrade() -> None:
    op.create_table(
        "error_keys",
        *(
            sa.Column(name, sa.DateTime(timezone=True), nullable=False)
            for name in ("created_at", "updated_at", "first_seen", "last_seen")
        ),
        sa.Column("service_id", sa.String(), nullable=False),
        sa.Column("error_id", _BYTE_ORDER, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("status_after", sa.String(), nullable=False),
        sa.Column("title", _BYTE_ORDER, nullable=False),
        sa.Column("environments", sa.ARRAY(sa.String()), nullable=True),
        sa.Column("ignored_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_error_keys_service_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("error_id", name=op.f("pk_error_keys")),
    )
    # Every event writes its error's row anew; what is sorted by stays, so that it fits in place.
    op.execute("ALTER TABLE error_keys SET (fillfactor = 80)")
    op.execute(
        "INSERT INTO error_keys (created_at, updated_at, first_seen, last_seen, service_id, error_id, status,"
        " status_after, title, environments, ignored_until)"
        " SELECT created_at, updated_at, first_seen, last_seen, service_id, id, status, status_after, title,"
        " CASE WHEN coalesce(seen, 0) <= 20 THEN coalesce(environments, '{}') END, ignored_until"
        " FROM errors LEFT JOIN (SELECT error_id, count(*) AS seen, array_agg(environment) AS environments"
        " FROM error_environments GROUP BY error_id) known ON known.error_id = errors.id"
    )
    op.create_index("ix_error_keys_created", "error_keys", ["service_id", "created_at", "error_id"])
    op.create_index("ix_error_keys_title", "error_keys", ["service_id", "title", "error_id"])
    op.drop_index(*_PLACES)
    op.create_index(*_PLACES, ["service_id", "version", "environment", "error_id"])


def downgrade() -> None:
    op.drop_index(*_PLACES)
    op.create_index(*_PLACES, ["service_id", "version", "environment"])
    op.drop_table("error_keys")
