"""Release tracking"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "event_ids",
        sa.Column("project_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "event_id", name=op.f("pk_event_ids")),
    )
    op.create_index("ix_event_ids_received", "event_ids", ["received_at"], unique=False, postgresql_using="brin")
    op.create_table(
        "event_inbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("received", sa.Double(), nullable=False),
        sa.Column("sent_at", sa.Double(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("set_aside", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_inbox")),
    )
    op.create_table(
        "sessions",
        sa.Column("project_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sid", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("version", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("environment", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("health", sa.SmallInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "sid", name=op.f("pk_sessions")),
    )
    op.create_index("ix_sessions_received", "sessions", ["received_at"], unique=False, postgresql_using="brin")
    op.create_table(
        "services",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("org_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("project_id", sa.BigInteger(), sa.Identity(always=False, start=1), nullable=False),
        sa.Column("public_key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("user_key", sa.LargeBinary(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("repository", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("release_revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_services_org_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_services")),
        sa.UniqueConstraint("org_id", "name", name=op.f("uq_services_org_id_name")),
        sa.UniqueConstraint("project_id", name=op.f("uq_services_project_id")),
        sa.UniqueConstraint("public_key", name=op.f("uq_services_public_key")),
    )
    op.create_index("ix_services_org_created", "services", ["org_id", "created_at"], unique=False)
    op.create_table(
        "error_hours",
        sa.Column("service_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("environment", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("version", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_error_hours_service_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("service_id", "hour", "environment", "version", name=op.f("pk_error_hours")),
    )
    op.create_table(
        "errors",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("org_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("service_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("culprit", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("level", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("platform", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("grouping_version", sa.Integer(), nullable=False),
        sa.Column("explanation", sa.JSON(), nullable=False),
        sa.Column("state", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("status", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("status_after", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("ignored_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_errors_org_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_errors_service_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_errors")),
    )
    op.create_index("ix_errors_org_created", "errors", ["org_id", "created_at"], unique=False)
    op.create_index("ix_errors_service_created", "errors", ["service_id", "created_at"], unique=False)
    op.create_table(
        "releases",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("org_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("service_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("version", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("version_key", sa.String(collation="C"), nullable=False),
        sa.Column("environment", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("announced", sa.Boolean(), nullable=False),
        sa.Column("deployed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_deployed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("commit_sha", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("repository", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("deployed_by", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("error_count", sa.BigInteger(), nullable=False),
        sa.Column("new_errors", sa.BigInteger(), nullable=False),
        sa.Column("regressed_errors", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_releases_org_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_releases_service_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_releases")),
        sa.UniqueConstraint(
            "service_id", "environment", "version", name=op.f("uq_releases_service_id_environment_version")
        ),
    )
    op.create_index("ix_releases_org_created", "releases", ["org_id", "created_at"], unique=False)
    op.create_index("ix_releases_service_created", "releases", ["service_id", "created_at"], unique=False)
    op.create_table(
        "session_hours",
        sa.Column("service_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("environment", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("version", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("errored", sa.BigInteger(), nullable=False),
        sa.Column("abnormal", sa.BigInteger(), nullable=False),
        sa.Column("crashed", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_session_hours_service_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("service_id", "hour", "environment", "version", name=op.f("pk_session_hours")),
    )
    op.create_table(
        "deploys",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1), nullable=False),
        sa.Column("release_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("service_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("environment", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("replaced_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("deployed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deployed_by", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("commit_sha", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("examined_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["release_id"], ["releases.id"], name=op.f("fk_deploys_release_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_deploys_service_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deploys")),
    )
    op.create_index("ix_deploys_release", "deploys", ["release_id", "id"], unique=False)
    op.create_index("ix_deploys_running", "deploys", ["service_id", "environment", "id"], unique=False)
    op.create_index(
        "ix_deploys_unexamined", "deploys", ["id"], unique=False, postgresql_where=sa.text("examined_at IS NULL")
    )
    op.create_table(
        "error_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, start=1), nullable=False),
        sa.Column("error_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("after", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("by", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["error_id"], ["errors.id"], name=op.f("fk_error_changes_error_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_error_changes")),
    )
    op.create_index("ix_error_changes_error", "error_changes", ["error_id", "id"], unique=False)
    op.create_table(
        "error_hashes",
        sa.Column("service_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("error_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["error_id"], ["errors.id"], name=op.f("fk_error_hashes_error_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_error_hashes_service_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("service_id", "hash", name=op.f("pk_error_hashes")),
    )
    op.create_index(op.f("ix_error_hashes_error_id"), "error_hashes", ["error_id"], unique=False)
    op.create_table(
        "error_places",
        sa.Column("error_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("environment", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("version", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("service_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("new_errors", sa.SmallInteger(), nullable=False),
        sa.Column("regressed_errors", sa.SmallInteger(), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sample", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["error_id"], ["errors.id"], name=op.f("fk_error_places_error_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("error_id", "environment", "version", name=op.f("pk_error_places")),
    )
    op.create_index("ix_error_places_release", "error_places", ["service_id", "version", "environment"], unique=False)
    # Events come packed or small and live for a second: compressing them in the database costs more than it saves.
    op.execute("ALTER TABLE event_inbox ALTER COLUMN payload SET STORAGE EXTERNAL")
    op.execute("ALTER TABLE event_inbox SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)")
    for table in ("errors", "releases", "error_places", "error_hours", "services"):
        op.execute(f"ALTER TABLE {table} SET (fillfactor = 80)")


def downgrade() -> None:
    op.drop_index("ix_error_places_release", table_name="error_places")
    op.drop_table("error_places")
    op.drop_index(op.f("ix_error_hashes_error_id"), table_name="error_hashes")
    op.drop_table("error_hashes")
    op.drop_index("ix_error_changes_error", table_name="error_changes")
    op.drop_table("error_changes")
    op.drop_index("ix_deploys_unexamined", table_name="deploys", postgresql_where=sa.text("examined_at IS NULL"))
    op.drop_index("ix_deploys_running", table_name="deploys")
    op.drop_index("ix_deploys_release", table_name="deploys")
    op.drop_table("deploys")
    op.drop_table("session_hours")
    op.drop_index("ix_releases_service_created", table_name="releases")
    op.drop_index("ix_releases_org_created", table_name="releases")
    op.drop_table("releases")
    op.drop_index("ix_errors_service_created", table_name="errors")
    op.drop_index("ix_errors_org_created", table_name="errors")
    op.drop_table("errors")
    op.drop_table("error_hours")
    op.drop_index("ix_services_org_created", table_name="services")
    op.drop_table("services")
    op.drop_index("ix_sessions_received", table_name="sessions", postgresql_using="brin")
    op.drop_table("sessions")
    op.drop_table("event_inbox")
    op.drop_index("ix_event_ids_received", table_name="event_ids", postgresql_using="brin")
    op.drop_table("event_ids")
