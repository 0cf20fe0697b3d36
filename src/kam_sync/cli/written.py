"""What is told of writes into the CRMs."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kam_sync.intake.writes import CrmWrite

_OURS = {"payload", "source_id", "about_noun", "finish_with"}
"""What is of no use to who asks."""


def document(row: "CrmWrite") -> dict[str, Any]:
    """A write for programs."""
    about = f"{row.about_noun}:{row.about_external_id}"
    return {**row.model_dump(exclude=_OURS), "id": str(row.id), "about": about}


def what_of(found: dict[str, Any]) -> str:
    """What stands in the CRM by now."""
    task = f"task {found['external_id']}"
    said = {
        "commented": f"{task} is open still, and has a comment",
        "was_done": f"{task} was done already",
        "gone": f"{task} is not there",
    }
    return said.get(found["ending"] or "", f"{found['kind']} {found['external_id']} is in the CRM")
