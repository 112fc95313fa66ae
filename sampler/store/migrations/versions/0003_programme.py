"""Members and their rounds, the characteristics an audience owns, and what was published."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "members",
        sa.Column("email", sa.String(254), primary_key=True),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("added_at", sa.String(40), nullable=False),
        sa.Column("added_by", sa.String(254), nullable=False),
        sa.Column("signed_out_at", sa.String(40), nullable=True),
    )
    op.create_table(
        "round_members",
        sa.Column("round_id", sa.String(8), sa.ForeignKey("rounds.id"), primary_key=True),
        sa.Column("email", sa.String(254), primary_key=True, index=True),
    )
    op.create_table(
        "audiences",
        sa.Column("programme_id", sa.String(8), sa.ForeignKey("programmes.id"), primary_key=True),
        sa.Column("audience", sa.String(40), primary_key=True),
        sa.Column("brief", sa.Text, nullable=False),
    )
    op.create_table(
        "snapshots",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("programme_id", sa.String(8), sa.ForeignKey("programmes.id"), nullable=False),
        sa.Column("audience", sa.String(40), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("who", sa.String(254), nullable=False),
        sa.Column("people", sa.Integer, nullable=False),
        sa.Column("publication", sa.Text, nullable=False),
    )
    op.create_index("snapshots_of_an_audience", "snapshots", ["programme_id", "audience", "id"])


def downgrade() -> None:
    for table in ("snapshots", "audiences", "round_members", "members"):
        op.drop_table(table)
