"""Finds accounts by a part of their name or by the beginning of their INN."""

NAMED = "(a.name ILIKE :part OR a.inn LIKE :start)"
"""The clause of a query in which `a` is the account."""


def named_as(text: str) -> dict[str, str]:
    """The values of the clause: what somebody typed means itself, signs of patterns too."""
    plain = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return {"part": f"%{plain}%", "start": f"{plain}%"}
