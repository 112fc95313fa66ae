"""The tables of the database, as the newest migration leaves them."""

from __future__ import annotations

import sqlalchemy as sa

schema = sa.MetaData()
_ROUND = sa.ForeignKey("rounds.id")

programmes = sa.Table(
    "programmes",
    schema,
    sa.Column("id", sa.String(8), primary_key=True),
    sa.Column("name", sa.String(200)),
)
rounds = sa.Table(
    "rounds",
    schema,
    sa.Column("id", sa.String(8), primary_key=True),
    sa.Column("programme_id", sa.ForeignKey("programmes.id")),
    sa.Column("brief", sa.Text),
    sa.Column("fieldwork", sa.Text),
    sa.Column("protection", sa.Text),
    sa.Column("totals", sa.Text),
    sa.Column("secret", sa.String(64)),
    sa.Column("is_archived", sa.Boolean),
    sa.Column("created_at", sa.String(40)),
    sa.Column("version", sa.Integer),
)
plans = sa.Table(
    "plans",
    schema,
    sa.Column("round_id", sa.ForeignKey("rounds.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("taken_at", sa.String(40)),
    sa.Column("plan", sa.Text),
)
recruiters = sa.Table(
    "recruiters",
    schema,
    sa.Column("id", sa.String(8), primary_key=True),
    sa.Column("round_id", sa.ForeignKey("rounds.id")),
    sa.Column("name", sa.String(80)),
    sa.Column("called", sa.String(80)),  # the name as it is compared
    sa.Column("recruiter", sa.Text),
    sa.Column("mapping", sa.Text),
    sa.Column("version", sa.Integer),
)
numbers = sa.Table(
    "numbers",  # the next reference of each letter, which only grows
    schema,
    sa.Column("round_id", sa.ForeignKey("rounds.id"), primary_key=True),
    sa.Column("letter", sa.String(20), primary_key=True),
    sa.Column("next", sa.Integer),
)
people = sa.Table(
    "people",
    schema,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("round_id", sa.ForeignKey("rounds.id")),
    sa.Column("reference", sa.String(60)),
    sa.Column("person", sa.Text),
    sa.Column("stage", sa.String(20)),
    sa.Column("reserve", sa.Boolean),
    sa.Column("version", sa.Integer),
)
tallies = sa.Table(
    "tallies",  # people counted by answer and standing, kept in step with `people`
    schema,
    sa.Column("round_id", sa.ForeignKey("rounds.id"), primary_key=True),
    sa.Column("characteristic", sa.String(200), primary_key=True),
    sa.Column("kind", sa.String(20), primary_key=True),
    sa.Column("text", sa.String(200), primary_key=True),
    sa.Column("stage", sa.String(20), primary_key=True),
    sa.Column("reserve", sa.Boolean, primary_key=True),
    sa.Column("number", sa.Integer),
)
imports = sa.Table(
    "imports",
    schema,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("round_id", sa.ForeignKey("rounds.id")),
    sa.Column("recruiter", sa.String(80)),
    sa.Column("sheet", sa.String(60)),  # when a sheet of ours was made; none of other lists
    sa.Column("at", sa.String(40)),
    sa.Column("who", sa.String(200)),
    sa.Column("new", sa.Integer),
    sa.Column("changed", sa.Integer),
)
changes = sa.Table(
    "changes",
    schema,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("round_id", sa.ForeignKey("rounds.id")),
    sa.Column("person_id", sa.String(36)),
    sa.Column("import_number", sa.Integer),
    sa.Column("at", sa.String(40)),
    sa.Column("who", sa.String(200)),
    sa.Column("how", sa.String(40)),
    sa.Column("field", sa.String(220)),
    sa.Column("before", sa.Text),
    sa.Column("after", sa.Text),
    sa.Column("version", sa.Integer),
)
settings = sa.Table(
    "settings",
    schema,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("value", sa.Text),
)
members = sa.Table(
    "members",  # who may sign in; an e-mail as `access.address` writes it
    schema,
    sa.Column("email", sa.String(254), primary_key=True),
    sa.Column("role", sa.String(20)),
    sa.Column("added_at", sa.String(40)),
    sa.Column("added_by", sa.String(254)),
    sa.Column("signed_out_at", sa.String(40)),  # sign-ins from before this are over
)
round_members = sa.Table(
    "round_members",  # whose round it is
    schema,
    sa.Column("round_id", sa.ForeignKey("rounds.id"), primary_key=True),
    sa.Column("email", sa.String(254), primary_key=True),
)
audiences = sa.Table(
    "audiences",  # the characteristics an audience of a programme owns
    schema,
    sa.Column("programme_id", sa.ForeignKey("programmes.id"), primary_key=True),
    sa.Column("audience", sa.String(40), primary_key=True),
    sa.Column("brief", sa.Text),
)
snapshots = sa.Table(
    "snapshots",  # what was published, as it was published
    schema,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("programme_id", sa.ForeignKey("programmes.id")),
    sa.Column("audience", sa.String(40)),
    sa.Column("at", sa.String(40)),
    sa.Column("who", sa.String(254)),
    sa.Column("people", sa.Integer),
    sa.Column("publication", sa.Text),
)
OF_A_ROUND = (changes, imports, tallies, people, numbers, recruiters, plans, round_members)
"""What goes with a round, in an order in which it can be deleted."""
