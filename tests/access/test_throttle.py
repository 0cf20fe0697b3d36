"""How long who guesses waits, and that who mistypes does not."""

from datetime import timedelta

from kam_sync.access.throttle import OF_ADDRESS, Tries
from tests.conftest import NOW


def test_an_office_that_mistypes_now_and_then_never_waits() -> None:
    tries = Tries(0, NOW, NOW)
    for quarter in range(200):
        tries = tries.failed(OF_ADDRESS, NOW + timedelta(hours=quarter / 4))
    assert tries.failures < 10
    assert tries.again(NOW + timedelta(hours=50)) is None


def test_who_guesses_on_from_one_address_has_some_hundred_tries_a_day() -> None:
    tries, now, tried = Tries(0, NOW, NOW), NOW, 0
    while now < NOW + timedelta(days=1):
        now += tries.again(now) or timedelta(seconds=1)
        tries, tried = tries.failed(OF_ADDRESS, now), tried + 1
    assert tried < 1000
