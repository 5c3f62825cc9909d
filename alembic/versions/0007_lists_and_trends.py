"""What lists of errors and trends are read from"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _of_a_service(table: str, *columns: sa.Column) -> None:
    op.create_table(
        table,
        sa.Column("service_id", sa.String(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f(f"fk_{table}_service_id"), ondelete="CASCADE"
        ),
    )


def upgrade() -> None:
    _of_a_service(
        "error_environments",
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("error_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("service_id", "environment", "error_id", name=op.f("pk_error_environments")),
    )
    _of_a_service(
        "error_days",
        sa.Column("day", sa.DateTime(timezone=True), nullable=False),
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("service_id", "day", "environment", "version", name=op.f("pk_error_days")),
    )
    op.execute("ALTER TABLE error_days SET (fillfactor = 80)")
    op.execute(
        "INSERT INTO error_environments (service_id, environment, error_id)"
        " SELECT DISTINCT service_id, environment, error_id FROM error_places"
    )
    op.execute(
        "INSERT INTO error_days (service_id, day, environment, version, events)"
        " SELECT service_id, date_trunc('day', hour, 'UTC'), environment, version, sum(events)"
        " FROM error_hours GROUP BY 1, 2, 3, 4"
    )


def downgrade() -> None:
    op.drop_table("error_days")
    op.drop_table("error_environments")
