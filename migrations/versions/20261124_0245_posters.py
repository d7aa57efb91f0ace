"""posters: sheets, their codes, scans a day

Revision ID: 0002
Revises: 0001
"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "poster",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("agency_id", BIG_ID, nullable=False),
        sa.Column("scope", sa.String(length=10), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("residential_group_id", BIG_ID, nullable=True),
        sa.Column("created_by_id", BIG_ID, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_poster_agency_id_agency")),
        sa.ForeignKeyConstraint(
            ["residential_group_id"], ["residential_group.id"],
            name=op.f("fk_poster_residential_group_id_residential_group"),
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["staff.id"], name=op.f("fk_poster_created_by_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poster")),
        sa.UniqueConstraint("number", name=op.f("uq_poster_number")),
    )
    op.create_index(op.f("ix_poster_agency_id"), "poster", ["agency_id"])
    op.create_table(
        "poster_code",
        sa.Column("poster_id", BIG_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sign", sa.String(length=8), nullable=False),
        sa.Column("procedure_code", sa.String(length=20), nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["poster_id"], ["poster.id"], name=op.f("fk_poster_code_poster_id_poster")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poster_code")),
        sa.UniqueConstraint("sign", name=op.f("uq_poster_code_sign")),
    )
    op.create_index(op.f("ix_poster_code_poster_id"), "poster_code", ["poster_id"])
    op.create_table(
        "poster_scan",
        sa.Column("poster_code_id", BIG_ID, nullable=False),
        sa.Column("scanned_on", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["poster_code_id"], ["poster_code.id"], name=op.f("fk_poster_scan_poster_code_id_poster_code")
        ),
        sa.PrimaryKeyConstraint("poster_code_id", "scanned_on", name=op.f("pk_poster_scan")),
    )


def downgrade():
    op.drop_table("poster_scan")
    op.drop_table("poster_code")
    op.drop_table("poster")
