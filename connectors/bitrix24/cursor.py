"""How far a noun of a portal was read."""

from datetime import timedelta

from connectors.kit.reach import ListReach

OVERLAP = timedelta(minutes=10)
"""Rows may show so much later than the time they carry: each pull begins that much earlier."""


class Reach(ListReach):
    """The cursor. In the middle of a walk it also tells where that is, and when it began.

    A walk goes by id and not by time: so what is known by time moves only at its end.
    """

    place: str = ""
    """The list that the running walk is in, by the beginning of its ids."""
    after: int = 0
    """The last id that was read of it."""
    is_whole: bool = False
    """The running walk reads all there is."""
    left: tuple[str, ...] = ()
    """Lists that were refused: all of each is read when it is there again."""
    counts_leads: bool = False
    """Whether `left` says of leads, too; cursors from before there were any do not."""
    process: str = ""
    """Events that were taken from the portal's queue and can be cleared there now."""

    def at(self, place: str, after: int) -> "Reach":
        """The same walk at another row."""
        return self.model_copy(update={"place": place, "after": after})

    def arrived(self) -> "Reach":
        """What is known at the end of the walk."""
        return Reach(
            since=self.until and self.until - OVERLAP,
            whole=self.until if self.is_whole else self.whole,
            left=self.left,
            counts_leads=True,
            process=self.process,
        )
