"""How the pages speak of who decided something."""

from kam_sync.web.wording.language import Language


def person(language: Language, by: str) -> str:
    """Who it was; where nobody is named, by which door it came."""
    known = {"the page": language.gettext("on the page"), "the API": language.gettext("by the API")}
    return known.get(by, by)
