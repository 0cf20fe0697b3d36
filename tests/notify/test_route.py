"""On which channels a change is told."""

from kam_sync.alerts.model import ChangeKind
from kam_sync.notify.route import route


def test_openings_and_resolutions_are_told_and_new_numbers_are_not() -> None:
    assert route(ChangeKind.OPENED) == ("log",)
    assert route(ChangeKind.RESOLVED) == ("log",)
    assert route(ChangeKind.REFRESHED) == ()
