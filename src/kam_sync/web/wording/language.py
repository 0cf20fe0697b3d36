"""The language of the pages is that of all that is said to people."""

from kam_sync.wording.language import LOCALES, Language, Number

__all__ = ["LOCALES", "Language", "Number"]
