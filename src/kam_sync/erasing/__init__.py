"""Takes a person out of everything that is kept, for good, and sees that they do not come back.

Each room takes the person out of its own tables; here is said in which order, and what stays.
"""

from kam_sync.erasing.again import erase_again
from kam_sync.erasing.destroying import Erased, Wish, erase
from kam_sync.erasing.finding import Found, find, person
from kam_sync.erasing.remembering import (
    Reapplied,
    allow,
    copy_register,
    erased_like,
    reapply,
    register_file,
)

__all__ = [
    "Erased",
    "Found",
    "Reapplied",
    "Wish",
    "allow",
    "copy_register",
    "erase",
    "erase_again",
    "erased_like",
    "find",
    "person",
    "reapply",
    "register_file",
]
