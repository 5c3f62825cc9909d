"""The first tables"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "organizations",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("tier", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organizations")),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("org_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("last_four", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_api_keys_org_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_keys_digest")),
    )
    op.create_index(op.f("ix_api_keys_org_id"), "api_keys", ["org_id"], unique=False)
    op.create_table(
        "idempotency_records",
        sa.Column("org_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(length=255), nullable=False),
        sa.Column("request_digest", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organizations.id"], name=op.f("fk_idempotency_records_org_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("org_id", "key", name=op.f("pk_idempotency_records")),
    )
    op.create_table(
        "repositories",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("org_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("github_repo_id", sa.BigInteger(), nullable=True),
        sa.Column("full_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("default_branch", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("location", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("sealed_location", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("web_url", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("slug", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organizations.id"], name=op.f("fk_repositories_org_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repositories")),
        sa.UniqueConstraint("org_id", "location", name=op.f("uq_repositories_org_id_location")),
        sa.UniqueConstraint("slug", name=op.f("uq_repositories_slug")),
    )
    op.create_index("ix_repositories_org_created", "repositories", ["org_id", "created_at"], unique=False)
    op.create_table(
        "usage",
        sa.Column("org_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("month", sqlmodel.sql.sqltypes.AutoString(length=7), nullable=False),
        sa.Column("api_calls", sa.BigInteger(), nullable=False),
        sa.Column("drafts_generated", sa.Integer(), nullable=False),
        sa.Column("published_releases", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_usage_org_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("org_id", "month", name=op.f("pk_usage")),
    )
    op.create_table(
        "release_ranges",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("org_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("repo_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("from_tag", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("to_tag", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("from_sha", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("to_sha", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("compare_url", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("pr_count", sa.Integer(), nullable=False),
        sa.Column("issue_count", sa.Integer(), nullable=False),
        sa.Column("version_key", sa.String(collation="C"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organizations.id"], name=op.f("fk_release_ranges_org_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["repo_id"], ["repositories.id"], name=op.f("fk_release_ranges_repo_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_ranges")),
        sa.UniqueConstraint("repo_id", "from_tag", "to_tag", name=op.f("uq_release_ranges_repo_id_from_tag_to_tag")),
    )
    op.create_index(op.f("ix_release_ranges_org_id"), "release_ranges", ["org_id"], unique=False)
    op.create_index("ix_release_ranges_repo_created", "release_ranges", ["repo_id", "created_at"], unique=False)
    op.create_table(
        "drafts",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("org_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("range_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("persona", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("status", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("body_md", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("error", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("request_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_drafts_org_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["range_id"], ["release_ranges.id"], name=op.f("fk_drafts_range_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
    )
    op.create_index("ix_drafts_finished", "drafts", ["finished_at"], unique=False)
    op.create_index(op.f("ix_drafts_org_id"), "drafts", ["org_id"], unique=False)
    op.create_index("ix_drafts_range_created", "drafts", ["range_id", "created_at"], unique=False)
    op.create_index(
        "ix_drafts_unfinished",
        "drafts",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("status = 'processing'"),
    )
    op.create_index(
        "uq_drafts_one_processing",
        "drafts",
        ["range_id", "persona"],
        unique=True,
        postgresql_where=sa.text("status = 'processing'"),
    )
    op.create_table(
        "hosted_notes",
        sa.Column("repo_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("version", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("version_key", sa.String(collation="C"), nullable=False),
        sa.Column("draft_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("compare_url", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("body_md", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("html", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_hosted_notes_draft_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["repo_id"], ["repositories.id"], name=op.f("fk_hosted_notes_repo_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("repo_id", "version", name=op.f("pk_hosted_notes")),
    )
    op.create_index(op.f("ix_hosted_notes_draft_id"), "hosted_notes", ["draft_id"], unique=False)
    op.create_index("ix_hosted_notes_page", "hosted_notes", ["repo_id", "version_key"], unique=False)
    op.create_table(
        "publications",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("org_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("draft_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("channel", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("as_draft", sa.Boolean(), nullable=False),
        sa.Column("status", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("url", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("error", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("external", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_publications_draft_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organizations.id"], name=op.f("fk_publications_org_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publications")),
        sa.UniqueConstraint("draft_id", "channel", name=op.f("uq_publications_draft_id_channel")),
    )
    op.create_index(op.f("ix_publications_org_id"), "publications", ["org_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_publications_org_id"), table_name="publications")
    op.drop_table("publications")
    op.drop_index("ix_hosted_notes_page", table_name="hosted_notes")
    op.drop_index(op.f("ix_hosted_notes_draft_id"), table_name="hosted_notes")
    op.drop_table("hosted_notes")
    op.drop_index("uq_drafts_one_processing", table_name="drafts", postgresql_where=sa.text("status = 'processing'"))
    op.drop_index("ix_drafts_unfinished", table_name="drafts", postgresql_where=sa.text("status = 'processing'"))
    op.drop_index("ix_drafts_range_created", table_name="drafts")
    op.drop_index(op.f("ix_drafts_org_id"), table_name="drafts")
    op.drop_index("ix_drafts_finished", table_name="drafts")
    op.drop_table("drafts")
    op.drop_index("ix_release_ranges_repo_created", table_name="release_ranges")
    op.drop_index(op.f("ix_release_ranges_org_id"), table_name="release_ranges")
    op.drop_table("release_ranges")
    op.drop_table("usage")
    op.drop_index("ix_repositories_org_created", table_name="repositories")
    op.drop_table("repositories")
    op.drop_table("idempotency_records")
    op.drop_index(op.f("ix_api_keys_org_id"), table_name="api_keys")
    op.drop_table("api_keys")
    op.drop_table("organizations")
