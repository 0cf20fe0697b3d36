"""What may be wrong with what somebody asks for, so that pages can say it in two languages."""

from enum import StrEnum

from kam_sync.base.errors import WrongUse


class Ill(StrEnum):
    """What is wrong."""

    SHORT = "short"
    LONG = "long"
    IS_EMAIL = "is_email"
    COMMON = "common"
    OLD_PASSWORD = "old_password"  # noqa: S105 - a word for what is wrong  # nosec B105
    EMAIL = "email"
    EMAIL_TAKEN = "email_taken"
    FIRST_ADMIN = "first_admin"
    LAST_ADMIN = "last_admin"
    SWITCHED_OFF = "switched_off"
    KEEPERS = "keepers"
    KEY_NAME = "key_name"
    KEY_TAKEN = "key_taken"
    KEY_KEEPERS = "key_keepers"
    KEEPERS_OF_KAM = "keepers_of_kam"
    AREA = "area"
    EXPIRY = "expiry"


class WrongAccess(WrongUse):
    """It cannot be so; `why` says what is wrong."""

    def __init__(self, why: Ill, message: str) -> None:
        super().__init__(message)
        self.why = why
