"""Recruiters, history, imports, tallies, and what data protection needs of a round."""

import json
import re
import secrets
from collections import Counter

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

LETTERS = "ABCDEFGHIJKLMNOQSTUVWXYZ"
ID_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"


def _round_id() -> "sa.Column[str]":
    return sa.Column("round_id", sa.String(8), sa.ForeignKey("rounds.id"), nullable=False)


def upgrade() -> None:
    op.add_column("rounds", sa.Column("protection", sa.Text, nullable=False, server_default="{}"))
    op.add_column("rounds", sa.Column("totals", sa.Text, nullable=True))
    op.add_column("rounds", sa.Column("secret", sa.String(64), nullable=True))
    op.create_table(
        "recruiters",
        sa.Column("id", sa.String(8), primary_key=True),
        _round_id(),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("called", sa.String(80), nullable=False),
        sa.Column("recruiter", sa.Text, nullable=False),
        sa.Column("mapping", sa.Text, nullable=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.UniqueConstraint("round_id", "called"),
    )
    op.create_table(
        "numbers",
        sa.Column("round_id", sa.String(8), sa.ForeignKey("rounds.id"), primary_key=True),
        sa.Column("letter", sa.String(20), primary_key=True),
        sa.Column("next", sa.Integer, nullable=False),
    )
    op.create_table(
        "tallies",
        sa.Column("round_id", sa.String(8), sa.ForeignKey("rounds.id"), primary_key=True),
        sa.Column("characteristic", sa.String(200), primary_key=True),
        sa.Column("kind", sa.String(20), primary_key=True),
        sa.Column("text", sa.String(200), primary_key=True),
        sa.Column("stage", sa.String(20), primary_key=True),
        sa.Column("reserve", sa.Boolean, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
    )
    op.create_table(
        "imports",
        sa.Column("number", sa.Integer, primary_key=True),
        _round_id(),
        sa.Column("recruiter", sa.String(80), nullable=False),
        sa.Column("sheet", sa.String(60), nullable=True),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("new", sa.Integer, nullable=False),
        sa.Column("changed", sa.Integer, nullable=False),
    )
    op.create_table(
        "changes",
        sa.Column("number", sa.Integer, primary_key=True),
        _round_id(),
        sa.Column("person_id", sa.String(36), nullable=False, index=True),
        sa.Column("import_number", sa.Integer, nullable=True),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("how", sa.String(40), nullable=False),
        sa.Column("field", sa.String(220), nullable=False),
        sa.Column("before", sa.Text, nullable=True),
        sa.Column("after", sa.Text, nullable=True),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("changes_of_a_round", "changes", ["round_id", "number"])
    op.create_table(
        "settings",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    db = op.get_bind()
    if db.dialect.name != "sqlite":
        op.alter_column("people", "reference", type_=sa.String(60))
    for round_id, following in db.execute(sa.text("SELECT id, next_person FROM rounds")).all():
        _carry_over(db, round_id, following)
    op.drop_column("rounds", "next_person")


def _carry_over(db: sa.Connection, round_id: str, following: int) -> None:
    """Give an older round its secret, its numbers, its recruiters and its tallies."""
    db.execute(
        sa.text("UPDATE rounds SET secret = :secret WHERE id = :id"),
        {"secret": secrets.token_hex(32), "id": round_id},
    )
    number = sa.text("INSERT INTO numbers (round_id, letter, next) VALUES (:id, :letter, :next)")
    db.execute(number, {"id": round_id, "letter": "P", "next": following})
    names: dict[str, str] = {}
    tallies: Counter[tuple[str, str, str, str, bool]] = Counter()
    found = db.execute(sa.text("SELECT person FROM people WHERE round_id = :id"), {"id": round_id})
    for (text,) in found:
        person = json.loads(text)
        where = (person["stage"], person["reserve"])
        tallies["", "people", "", *where] += 1
        name = person["recruiter"].strip()[:80]
        if name:
            names.setdefault(_called(name), name)
            tallies["", "recruiter", person["recruiter"], *where] += 1
        for characteristic, answer in person["answers"].items():
            said = "" if answer["kind"] == "own_words" else answer["text"]
            tallies[characteristic, answer["kind"], said, *where] += 1
    for (characteristic, kind, said, stage, reserve), count in tallies.items():
        db.execute(
            sa.text("INSERT INTO tallies VALUES (:id, :c, :k, :t, :s, :r, :n)"),
            {"id": round_id, "c": characteristic, "k": kind, "t": said, "s": stage, "r": reserve,
             "n": count},
        )  # fmt: skip
    for i, (called, name) in enumerate(sorted(names.items())):
        letter = LETTERS[i % len(LETTERS)] * (i // len(LETTERS) + 1)
        recruiter_id = "".join(secrets.choice(ID_LETTERS) for _ in range(8))
        value = {"id": recruiter_id, "name": name, "way": _way(called), "letter": letter}
        db.execute(
            sa.text(
                "INSERT INTO recruiters (id, round_id, name, called, recruiter, version) "
                "VALUES (:rid, :id, :name, :called, :value, 1)"
            ),
            {"rid": recruiter_id, "id": round_id, "name": name, "called": called,
             "value": json.dumps(value)},
        )  # fmt: skip


def _called(name: str) -> str:
    """Return a name as it is compared: case, spaces and dashes forgiven."""
    spaced = re.sub(r"\s*([:\-–])\s*", lambda mark: mark[1].replace("–", "-"), name)
    return " ".join(spaced.split()).casefold()


def _way(called: str) -> str:
    return next((way for way in ("agency", "panel", "front line") if way in called), "partner")
