"""How people call us, so that every advice begins with what they can type."""

import os


def command(words: str = "") -> str:
    """A command to type: `kam-sync ...`, or as the script that started us is called."""
    name = os.environ.get("KAM_SYNC_COMMAND", "kam-sync")  # noqa: TID251 - wrong settings need it
    return f"{name} {words}".strip()
