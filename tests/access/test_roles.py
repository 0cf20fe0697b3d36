"""Who may what, as a table and as a question."""

from pathlib import Path

from kam_sync.access.model import LOCAL, Area, Deed, Identity, Role
from kam_sync.access.roles import may, most


def test_an_admin_may_do_everything() -> None:
    assert {most(Role.ADMIN, area) for area in Area} == {Deed.CHANGE}
    assert all(may(LOCAL, area, Deed.CHANGE) for area in Area)


def test_a_kam_works_with_accounts_and_knows_nothing_of_the_machine() -> None:
    seen = {area for area in Area if most(Role.KAM, area)}
    known = {Area.ACCOUNTS, Area.ALERTS, Area.PORTFOLIO, Area.KPIS, Area.EXPORTS, Area.OWN}
    assert seen == known


def test_only_an_admin_changes_people_and_keys() -> None:
    for area in (Area.MEMBERS, Area.KEYS):
        assert [role for role in Role if most(role, area) is Deed.CHANGE] == [Role.ADMIN]


def test_a_viewer_changes_nothing_but_the_own_account() -> None:
    assert [area for area in Area if most(Role.VIEWER, area) is Deed.CHANGE] == [Area.OWN]


def test_a_key_narrowed_to_seeing_alerts_does_that_alone() -> None:
    key = Identity("key:1", "board", Role.HEAD, areas={Area.ALERTS: Deed.SEE})
    assert may(key, Area.ALERTS)
    assert not may(key, Area.ALERTS, Deed.CHANGE)
    assert not may(key, Area.ACCOUNTS)
    assert may(key, Area.OWN)


def test_a_key_gains_nothing_beyond_its_role() -> None:
    key = Identity("key:1", "board", Role.VIEWER, areas={Area.RULES: Deed.CHANGE})
    assert not may(key, Area.RULES)


def test_the_page_for_admins_shows_this_table() -> None:
    text = (Path(__file__).parents[2] / "docs" / "access.md").read_text()
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    told = {row[0].strip("`"): row[2:] for row in rows if len(row) == 7}
    table = {area.value: [most(role, area) or "-" for role in Role] for area in Area}
    assert told == table
    assert f"| {' | '.join(role.value for role in Role)} |" in text
