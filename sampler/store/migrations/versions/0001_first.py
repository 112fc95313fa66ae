"""The first schema: programmes, rounds, plans, people."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "programmes",
        sa.Column("id", sa.String(8), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
    )
    op.create_table(
        "rounds",
        sa.Column("id", sa.String(8), primary_key=True),
        sa.Column("programme_id", sa.String(8), sa.ForeignKey("programmes.id"), nullable=True),
        sa.Column("brief", sa.Text, nullable=False),
        sa.Column("fieldwork", sa.Text, nullable=False),
        sa.Column("is_archived", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.Column("next_person", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "plans",
        sa.Column(
            "round_id",
            sa.String(8),
            sa.ForeignKey("rounds.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("taken_at", sa.String(40), nullable=False),
        sa.Column("plan", sa.Text, nullable=False),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column(
            "round_id",
            sa.String(8),
            sa.ForeignKey("rounds.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("reference", sa.String(20), nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("stage", sa.String(20), nullable=False),
        sa.Column("reserve", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.UniqueConstraint("round_id", "reference"),
    )


def downgrade() -> None:
    for table in ("people", "plans", "rounds", "programmes"):
        op.drop_table(table)
