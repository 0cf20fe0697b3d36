"""Has the CRM call us about a source: what people wish, what is done, what they are shown."""

from kam_sync.subscribing.address import address, hook_key
from kam_sync.subscribing.looking_after import Found, let_go, look_after
from kam_sync.subscribing.showing import Shown, look
from kam_sync.subscribing.wishes import rotate, subscribable, want

__all__ = [
    "Found",
    "Shown",
    "address",
    "hook_key",
    "let_go",
    "look",
    "look_after",
    "rotate",
    "subscribable",
    "want",
]
