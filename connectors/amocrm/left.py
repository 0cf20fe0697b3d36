"""What a walk through several lists of amoCRM had to leave out."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace

from connectors.amocrm.lists import Listing
from connectors.amocrm.reading import is_off
from connectors.kit.contract import Page
from connectors.kit.errors import NeedsPerson, NoRights


@dataclass(frozen=True, slots=True)
class Left:
    """The lists that were left out, so that all of them is read as soon as they are there again."""

    out: frozenset[str] = frozenset()
    """Their paths; also of those that an earlier walk left out and this one has not come to."""
    is_whole: bool = False
    """So far the walk is one through all there is."""
    refusal: NoRights | None = None

    def tell(self) -> None:
        """Once all the rest is read, say what was refused."""
        if self.refusal is not None:
            raise self.refusal


Walk = Generator[Page, None, Left]


def read(listing: Listing, pages: Iterator[Page], left: Left, *, is_empty_left: bool) -> Walk:
    """The pages of a list, or none when it is not shown: that does not keep others waiting.

    Not shown is what the account does not have, or what is refused; any other error ends the walk,
    and so does one that comes in the middle of the list.
    """
    more = left.out | {listing.path}
    try:
        first = next(pages, None)
    except NeedsPerson as error:
        if type(error) is NoRights:
            return replace(left, out=more, is_whole=False, refusal=error)
        if not is_off(listing, error):
            raise
        return replace(left, out=more, is_whole=False)
    if first is None and is_empty_left:
        return replace(left, out=more)
    if first is not None:
        yield first
    yield from pages
    return replace(left, out=left.out - {listing.path})


def without_cursors(walk: Walk) -> Walk:
    """The same walk, which nothing can go on from in its middle."""
    while True:
        try:
            page = next(walk)
        except StopIteration as end:
            left: Left = end.value
            return left
        if page.records:
            yield replace(page, cursor=None)
