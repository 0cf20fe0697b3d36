"""What a profile tells of a source before it is opened."""

from collections.abc import Mapping

from connectors.profiled import reading
from connectors.profiled.model import Profile
from connectors.profiled.placeholders import secrets_in

Options = Mapping[str, str]


class Told:
    """Asked of the class, with the options of a source. A profile that is wrong tells nothing."""

    kind = ""

    @classmethod
    def cards_by(cls, options: Options) -> Mapping[str, str]:
        """Where people see records: noun -> the path before the id."""
        profile = cls._profile(options)
        entities = profile.entities if profile else {}
        return {noun.value: one.card for noun, one in entities.items() if one.card}

    @classmethod
    def needs_token(cls, options: Options) -> bool:
        """Whether there is a secret to be given, as far as is known."""
        profile = cls._profile(options)
        return profile is None or bool(profile.secrets or secrets_in(profile.auth.model_dump()))

    @classmethod
    def reads_files(cls, options: Options) -> bool:
        """Whether files are read that people drop."""
        profile = cls._profile(options)
        return bool(profile and any(one.file for one in profile.entities.values()))

    @classmethod
    def shipped_profile(cls) -> str:
        """The text of the profile that comes with the kind."""
        return reading.shipped(cls.kind)

    @classmethod
    def _profile(cls, options: Options) -> Profile | None:
        try:
            text = options.get("profile")
            return reading.read(reading.shipped(cls.kind) if text is None else text)
        except reading.BadProfile:
            return None
