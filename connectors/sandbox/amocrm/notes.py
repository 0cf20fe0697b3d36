"""Notes and calls as rows of amoCRM v4."""

from connectors.sandbox.amocrm.blank import Shape, blank
from connectors.sandbox.entities import Note

CALLS = {"call_in": "incoming_call", "call_out": "outgoing_call"}


def note(remark: Note) -> Shape:
    """A note about a deal, a contact or a company."""
    at = int(remark.created_at.timestamp())
    return blank(f"{remark.noun}/notes", remark.number, remark.owner, at) | {
        "entity_id": remark.about,
        "note_type": remark.kind,
        "params": _call(remark) if remark.kind in CALLS else {"text": remark.text},
    }


def _call(remark: Note) -> Shape:
    # whoever it was: amoCRM shows a number for its users and a name for strangers
    responsible = remark.owner if remark.number % 2 else "Оператор"
    return {
        "uniq": f"call-{remark.number}",
        "duration": remark.seconds,
        "source": "Телефония",
        "link": f"https://records.example/{remark.number}.mp3",
        "phone": remark.phone,
        "call_responsible": responsible,
        "call_result": "",
        "call_status": 4,
    }
