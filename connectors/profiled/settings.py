"""What an admin may set for a source that is read by a profile."""

from pydantic import Field

from connectors.kit.options import Options


class Settings(Options):
    """Options of a source (`--set key=value`); the profile is given by `--profile FILE`."""

    profile: str | None = None
    """The text of the profile; where none is given, the one that is shipped."""
    per_second: float | None = Field(default=None, ge=0)
    """Requests a second in the place of the profile's; 0 for no limit (sandboxes only)."""
