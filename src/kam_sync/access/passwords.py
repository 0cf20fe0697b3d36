"""Which passwords are good enough, and how they are kept: by argon2, never themselves."""

from threading import BoundedSemaphore
from unicodedata import normalize

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kam_sync.access.wrong import Ill, WrongAccess

SHORTEST = 10
LONGEST = 200
_GUESSED = """
    0123456789 1111111111 123123123123 123321123321 1234512345 1234554321 1234567890 12345678901
    123456789012 123456789123 1234567891 12345678910 1234567899 123456789a 123456789q 1q2w3e4r5t
    1q2w3e4r5t6y 1qaz2wsx3edc 987654321a 9876543210 abcdefghij abc1234567 administrator adminadmin
    admin12345 admin123456 changeme123 football123 iloveyou123 ilovecoffee letmein123 letmein1234
    kam_sync123 kamsync123 kam-sync-kam kamsynckamsync lovelovelove marina1234 masterpassword
    nikita1234 passw0rd123 password00 password01 password12 password123 password1234 password12345
    passwordpassword privet1234 q1w2e3r4t5 q1w2e3r4t5y6 qazwsxedcrfv qwerty1234 qwerty12345
    qwerty123456 qwertyqwerty qwertyuiop qwertyuiop1 qwertyuiop123 qwertyuiop[] sunshine123
    superman123 testtesttest test123456 welcome123 welcome1234 zaq12wsxcde3 zxcvbnmasdfghjkl
    администратор йцукенгшщз йцукенгшщзхъ йцукен12345 йцукен123456 пароль1234 пароль12345
    парольпароль привет1234 привет12345 любовьлюбовь
"""
_COMMON = frozenset(_GUESSED.split())
_hasher = PasswordHasher()
_room = BoundedSemaphore(4)
"""Each takes 64 MiB while it is computed."""
_NOBODYS = (
    "$argon2id$v=19$m=65536,t=3,p=4$bm9ib2R5J3Mgc2FsdA$2pNg/bTzT8uRr6Vr0Zt1nJkZlE0mKkqv5nQ0cN0w1tU"
)
"""What a password is held against where nobody has the login, so that it takes as long."""


def require_good(password: str, email: str) -> None:
    """Refuse a password that is short, common or known, in words for who typed it."""
    plain = _plain(password)
    if len(plain) < SHORTEST:
        raise WrongAccess(Ill.SHORT, f"password: at least {SHORTEST} characters are needed")
    if len(plain) > LONGEST:
        raise WrongAccess(Ill.LONG, f"password: at most {LONGEST} characters")
    known = plain.casefold()
    if known in {email.casefold(), email.casefold().partition("@")[0]}:
        raise WrongAccess(Ill.IS_EMAIL, "password: it is the e-mail address, which everybody knows")
    if known in _COMMON or len(set(known)) < 4:
        raise WrongAccess(
            Ill.COMMON, "password: it is one of the first that are guessed; choose another"
        )


def hashed(password: str) -> str:
    """What is kept of a password."""
    with _room:
        return _hasher.hash(_plain(password))


def fits(kept: str | None, password: str) -> bool:
    """Whether a password is the one that was kept; takes as long where nothing was."""
    with _room:
        try:
            _hasher.verify(kept or _NOBODYS, _plain(password))
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None


def is_old_fashioned(kept: str) -> bool:
    """Whether it was kept by weaker parameters than today's."""
    return _hasher.check_needs_rehash(kept)


def _plain(password: str) -> str:
    """The same letters typed on another keyboard are the same."""
    return normalize("NFKC", password)
