"""Log-ins over the real database."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from kam_sync.access import entering, keys, members
from kam_sync.access.entering import Browser, Entered, Refused
from kam_sync.access.keys import KeyWish
from kam_sync.access.members import Change
from kam_sync.access.model import COMMAND, Area, Deed, Member, Role, What
from kam_sync.access.store import EventStore, KeyStore, LoginStore, MemberStore, TryStore
from kam_sync.access.throttle import whereabouts
from kam_sync.base.db import Database, Session
from kam_sync.base.errors import NotHere, WrongUse
from tests.conftest import NOW

GOOD = "three mild winters"
HERE = Browser("Firefox", "192.0.2.7")


@pytest.fixture
def session(database: Database):
    with database.transaction() as session:
        yield session


def member_of(session: Session, email: str = "olga@example.com", role: Role = Role.ADMIN) -> Member:
    _, link = members.invite(session, email, Change("Olga", role), COMMAND, NOW)
    return members.take_link(session, link, GOOD, "", NOW)


def enter(session: Session, password: str, *, at: datetime = NOW, email: str = "olga@example.com"):
    return entering.enter(session, email, password, HERE, at)


def test_who_knows_the_password_is_let_in_and_known_by_the_token(session: Session) -> None:
    member_of(session)
    entered = enter(session, GOOD, email=" Olga@Example.com")
    assert isinstance(entered, Entered)
    who = entering.by_token(session, entered.token, NOW)
    assert who is not None
    assert (who.name, who.role, who.keeper_keys) == ("Olga", Role.ADMIN, ("olga@example.com",))


def test_a_wrong_password_and_an_unknown_login_are_answered_alike(session: Session) -> None:
    member_of(session)
    assert enter(session, "wrong") == enter(session, "wrong", email="nobody@example.com")


def test_who_guesses_waits_longer_and_longer_and_a_right_password_then_works(
    session: Session,
) -> None:
    member_of(session)
    waits = [enter(session, f"guess {number}") for number in range(5)]
    assert waits == [Refused(), Refused(), Refused(), Refused(), Refused(timedelta(seconds=15))]
    assert enter(session, GOOD) == Refused(timedelta(seconds=15))  # not even looked at
    later = NOW + timedelta(seconds=16)
    assert enter(session, "guess", at=later) == Refused(timedelta(seconds=30))
    assert isinstance(enter(session, GOOD, at=later + timedelta(seconds=31)), Entered)


TOMORROW = NOW + timedelta(hours=20)
"""When a log-in of today was left alone for too long."""


def came_in(session: Session, email: str = "olga@example.com") -> Browser:
    """The browser of somebody who came in today."""
    entered = enter(session, GOOD, email=email)
    LoginStore.forget_before(session, TOMORROW)
    assert entering.by_token(session, entered.token, TOMORROW) is None
    return replace(HERE, token=entered.token)


def test_strangers_who_guess_keep_nobody_waiting_in_a_browser_of_theirs(session: Session) -> None:
    member_of(session)
    member_of(session, "oleg@example.com")
    hers, his = came_in(session), came_in(session, "oleg@example.com")
    for number in range(9):
        enter(session, f"guess {number}", at=TOMORROW)

    def tried(browser: Browser) -> entering.Entered | Refused:
        return entering.enter(session, "olga@example.com", GOOD, browser, TOMORROW)

    for other in (HERE, his, replace(HERE, token="made up")):
        assert isinstance(tried(other), Refused)
    assert isinstance(tried(hers), Entered)
    assert isinstance(tried(HERE), Refused)  # strangers are not let off


def test_who_guesses_in_a_browser_of_theirs_waits_until_there_is_a_new_link(
    session: Session,
) -> None:
    olga = member_of(session)
    hers = came_in(session)
    email = "olga@example.com"
    for number in range(5):
        entering.enter(session, email, f"guess {number}", hers, TOMORROW)
    assert isinstance(entering.enter(session, email, GOOD, hers, TOMORROW), Refused)
    members.link(session, olga.id, COMMAND, TOMORROW)
    assert isinstance(entering.enter(session, email, GOOD, hers, TOMORROW), Entered)


def test_log_ins_that_were_left_alone_are_not_counted_as_ended(session: Session) -> None:
    olga = member_of(session)
    came_in(session)
    enter(session, GOOD, at=TOMORROW)
    assert members.end_logins(session, olga, COMMAND, TOMORROW) == 1


@pytest.mark.heavy
def test_many_logins_tried_from_one_address_make_it_wait(session: Session) -> None:
    said = [enter(session, "wrong", email=f"user{number}@example.com") for number in range(31)]
    assert said[29].wait == timedelta(seconds=15)
    assert said[30].wait == timedelta(seconds=15)


@pytest.mark.heavy
def test_an_address_that_has_to_wait_leaves_nothing_of_more_logins(session: Session) -> None:
    for number in range(40):
        enter(session, "wrong", email=f"user{number}@example.com")
    kept = session.connection().exec_driver_sql("SELECT count(*) FROM login_try").scalar()
    assert kept == 31


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"), ("", ""),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"), ("fe80::1%eth0", "fe80::/64"),
    ],
)  # fmt: skip
def test_one_line_counts_as_one_address(address: str, counted: str) -> None:
    assert whereabouts(address) == counted


def test_a_login_that_cannot_be_is_nobodys(session: Session) -> None:
    assert enter(session, "x\x00y", email="a\x00b@example.com") == Refused()


def test_a_log_in_that_is_left_alone_ends_and_none_lasts_for_ever(session: Session) -> None:
    member_of(session)
    token = enter(session, GOOD).token
    assert entering.by_token(session, token, NOW + timedelta(hours=12)) is None
    at = NOW
    while at < NOW + timedelta(days=30):
        assert entering.by_token(session, token, at) is not None
        at += timedelta(hours=11)
    assert entering.by_token(session, token, at) is None


def test_only_digests_are_kept(session: Session) -> None:
    member_of(session)
    token = enter(session, GOOD).token
    _, key = keys.make(session, KeyWish("board", Role.VIEWER), COMMAND, NOW)
    for table in ("member", "login", "api_key", "access_event", "login_try"):
        kept = str(session.connection().exec_driver_sql(f"SELECT * FROM {table}").all())
        assert not any(secret in kept for secret in (token, key, GOOD))


def test_who_is_switched_off_is_out_at_once_and_stays_out(session: Session) -> None:
    member_of(session)
    other = member_of(session, "ivan@example.com", Role.VIEWER)
    token = enter(session, GOOD, email="ivan@example.com").token
    members.change(session, other.id, Change(is_active=False), COMMAND, NOW)
    assert entering.by_token(session, token, NOW) is None
    assert enter(session, GOOD, email="ivan@example.com") == Refused()


def test_the_last_admin_stays_one(session: Session) -> None:
    olga = member_of(session)
    for wanted in (Change(role=Role.HEAD), Change(is_active=False)):
        with pytest.raises(WrongUse, match="the last admin"):
            members.change(session, olga.id, wanted, COMMAND, NOW)
    member_of(session, "ivan@example.com")
    assert members.change(session, olga.id, Change(role=Role.HEAD), COMMAND, NOW).role is Role.HEAD


def test_the_first_user_is_an_admin(session: Session) -> None:
    with pytest.raises(WrongUse, match="has to be an admin"):
        members.invite(session, "olga@example.com", Change(role=Role.KAM), COMMAND, NOW)


def test_a_link_is_good_once_and_for_three_days_and_a_new_one_ends_it(session: Session) -> None:
    olga, first = members.invite(session, "o@example.com", Change(role=Role.ADMIN), COMMAND, NOW)
    second = members.link(session, olga.id, COMMAND, NOW)
    for token, at in ((first, NOW), (second, NOW + timedelta(days=3))):
        with pytest.raises(NotHere, match="used already, or is too old"):
            members.take_link(session, token, GOOD, "", at)
    members.take_link(session, second, GOOD, "", NOW)
    with pytest.raises(NotHere):
        members.take_link(session, second, GOOD, "", NOW)


def test_another_password_ends_all_log_ins(session: Session) -> None:
    olga = member_of(session)
    token = enter(session, GOOD).token
    members.set_password(session, olga, "four mild winters", COMMAND, NOW)
    assert entering.by_token(session, token, NOW) is None


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "1234567890",
        "Qwertyuiop",
        "olga@example.com",
        "aaaaaaaaaaaa",
        "йцукенгшщз",
        "x" * 201,
    ],
)
def test_a_poor_password_is_refused(session: Session, password: str) -> None:
    olga = member_of(session)
    with pytest.raises(WrongUse, match="password: "):
        members.set_password(session, olga, password, COMMAND, NOW)


def test_a_key_is_known_until_it_expires_or_is_revoked(session: Session) -> None:
    wish = KeyWish("board", Role.HEAD, areas=["alerts:see"], expires="90d")
    _, text = keys.make(session, wish, COMMAND, NOW)
    who = entering.by_key(session, text, NOW)
    assert who is not None
    assert (who.name, who.areas) == ("board", {Area.ALERTS: Deed.SEE})
    assert KeyStore(session).by_name("board").used_at == NOW
    assert entering.by_key(session, text, NOW + timedelta(days=90)) is None
    keys.revoke(session, "board", COMMAND, NOW)
    assert entering.by_key(session, text, NOW) is None


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (KeyWish("a", Role.VIEWER, areas=["alerts:change"]), "role viewer may not"),
        (KeyWish("a", Role.VIEWER, keeper_keys=["a@example.com"]), "viewer sees all accounts"),
        (KeyWish("a", Role.VIEWER, areas=["weather"]), "there are: accounts, alerts"),
        (KeyWish("a", Role.KAM), "whose accounts"),
        *(
            (KeyWish("a", Role.KAM, keeper_keys=[wrong]), "each an e-mail or source/id")
            for wrong in (
                "olga",
                "olga@example.com,",
                "a@example.com,b@example.com",
                "sales/117",
                "http://x",
                "3/ ",
                "<olga@example.com>",
            )
        ),
        (KeyWish("a", Role.VIEWER, expires="soon"), "90d, or never"),
        (KeyWish("", Role.VIEWER), "name it"),
    ],
)
def test_a_key_that_makes_no_sense_is_refused(session: Session, wish: KeyWish, said: str) -> None:
    with pytest.raises(WrongUse, match=said):
        keys.make(session, wish, COMMAND, NOW)


def test_the_audit_says_who_did_what(session: Session) -> None:
    olga = member_of(session)
    enter(session, "wrong")
    enter(session, GOOD)
    members.change(session, olga.id, Change(name="Olga I."), COMMAND, NOW)
    told = [(event.what, event.who, event.about) for event in EventStore(session).newest(9)]
    assert told == [
        (What.CHANGED, "command line", "olga@example.com: name=Olga I."),
        (What.ENTERED, "olga@example.com", ""),
        (What.REFUSED, "olga@example.com", ""),
        (What.PASSWORD_SET, "olga@example.com", "olga@example.com"),
        (What.INVITED, "command line", "olga@example.com (admin)"),
    ]


def test_what_is_over_is_forgotten(session: Session) -> None:
    olga = member_of(session)
    enter(session, "wrong")
    enter(session, GOOD)
    much_later = NOW + timedelta(days=400)
    LoginStore.forget_before(session, much_later)
    TryStore.forget_before(session, much_later)
    EventStore.forget_before(session, much_later - timedelta(days=365))
    assert LoginStore(session).of(olga.id, NOW) == []
    assert EventStore(session).newest(9) == []
    assert MemberStore(session).has_admin()
