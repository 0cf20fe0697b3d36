"""Tables of matching.

Decisions know sources without a foreign key: they outlive a source, which may come back.
"""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from kam_sync.matching import model


class KeyRow(SQLModel, table=True):
    """Keys of companies; see `keys.py`."""

    __tablename__ = "match_key"
    __table_args__ = (sa.Index("match_key_key", "key"),)

    source_id: int = Field(primary_key=True, foreign_key="source.id", ondelete="CASCADE")
    external_id: str = Field(primary_key=True)
    key: str = Field(primary_key=True, sa_type=sa.String, sa_column_kwargs={})


class PairRow(model.Pair, table=True):
    """Pairs that are one, a branch of one, or a question."""

    __tablename__ = "match_pair"
    __table_args__ = (
        sa.Index("match_pair_other", "other_source_id", "other_id"),
        sa.Index(
            "match_pair_asked",
            "one_source_id",
            "one_id",
            postgresql_where=sa.text("answer IN ('ask', 'twice') OR is_doubtful"),
        ),
    )

    one_source_id: int = Field(primary_key=True, foreign_key="source.id", ondelete="CASCADE")
    one_id: str = Field(primary_key=True)
    other_source_id: int = Field(primary_key=True, foreign_key="source.id", ondelete="CASCADE")
    other_id: str = Field(primary_key=True)


class HintRow(model.Hint, table=True):
    """What another matcher says of pairs."""

    __tablename__ = "match_hint"
    __table_args__ = (sa.Index("match_hint_other", "other_source_id", "other_id"),)

    one_source_id: int = Field(primary_key=True, foreign_key="source.id", ondelete="CASCADE")
    one_id: str = Field(primary_key=True)
    other_source_id: int = Field(primary_key=True, foreign_key="source.id", ondelete="CASCADE")
    other_id: str = Field(primary_key=True)


class RematchRow(model.Rematch, table=True):
    """What people asked to compare anew."""

    __tablename__ = "rematch"

    id: int = Field(default=None, primary_key=True, sa_column_args=[sa.Identity()])


class DecisionRow(model.Decision, table=True):
    """What people decided, also what they took back."""

    __tablename__ = "match_decision"
    __table_args__ = (
        sa.Index("match_decision_one", "one_source_id", "one_id"),
        sa.Index("match_decision_other", "other_source_id", "other_id"),
    )

    id: int = Field(default=None, primary_key=True, sa_column_args=[sa.Identity()])
    act_id: int = Field(index=True)
    """The first decision of all that were made at once."""


class PersonKeyRow(SQLModel, table=True):
    """Keys of contacts; see `keys.py`."""

    __tablename__ = "person_key"
    __table_args__ = (sa.Index("person_key_key", "key"),)

    source_id: int = Field(primary_key=True, foreign_key="source.id", ondelete="CASCADE")
    external_id: str = Field(primary_key=True)
    key: str = Field(primary_key=True)


class PersonPairRow(model.Pair, table=True):
    """Pairs of contacts that are one person, or a question."""

    __tablename__ = "person_pair"
    __table_args__ = (
        sa.Index("person_pair_other", "other_source_id", "other_id"),
        sa.Index(
            "person_pair_asked",
            "one_source_id",
            "one_id",
            postgresql_where=sa.text("answer = 'ask' OR is_doubtful"),
        ),
    )

    one_source_id: int = Field(primary_key=True, foreign_key="source.id", ondelete="CASCADE")
    one_id: str = Field(primary_key=True)
    other_source_id: int = Field(primary_key=True, foreign_key="source.id", ondelete="CASCADE")
    other_id: str = Field(primary_key=True)


class PersonDecisionRow(model.Decision, table=True):
    """What people decided of contacts, also what they took back."""

    __tablename__ = "person_decision"
    __table_args__ = (
        sa.Index("person_decision_one", "one_source_id", "one_id"),
        sa.Index("person_decision_other", "other_source_id", "other_id"),
    )

    id: int = Field(default=None, primary_key=True, sa_column_args=[sa.Identity()])
    act_id: int = Field(index=True)
    """The first decision of all that were made at once."""


class PersonLinkRow(model.PersonLink, table=True):
    """Which contact is which person."""

    __tablename__ = "person_link"

    source_id: int = Field(primary_key=True, foreign_key="source.id", ondelete="CASCADE")
    external_id: str = Field(primary_key=True)
    person_id: UUID = Field(index=True)
    seq: int = Field(sa_type=sa.BigInteger, sa_column_args=[sa.Identity()])


class ParentDecisionRow(model.ParentDecision, table=True):
    """What people decided of parents, also what they took back."""

    __tablename__ = "parent_decision"
    __table_args__ = (
        sa.Index("parent_decision_company", "source_id", "company_id"),
        sa.Index("parent_decision_parent", "parent_source_id", "parent_company_id"),
    )

    id: int = Field(default=None, primary_key=True, sa_column_args=[sa.Identity()])


class ParentRow(model.Parent, table=True):
    """The parents of accounts, as they follow from decisions and INNs."""

    __tablename__ = "account_parent"

    account_id: UUID = Field(primary_key=True, foreign_key="account.id", ondelete="CASCADE")
    parent_id: UUID = Field(foreign_key="account.id", ondelete="CASCADE", index=True)
    decision_id: int | None = Field(
        default=None, foreign_key="parent_decision.id", ondelete="CASCADE", index=True
    )
