"""A grant whose renewal nobody answers is tried again ever more rarely, whoever asks."""

from datetime import timedelta

import pytest

from connectors import RetryLater
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.faults import Fault
from kam_sync import flow
from kam_sync.intake.model import RunState, Source, SourceState
from kam_sync.wiring import Services
from tests.fakes.connecting import state
from tests.fakes.granting import TOKENS, after, held, renewals, sealed


@pytest.fixture(autouse=True)
def away(services: Services, source: Source, box: AmoSandbox) -> None:
    """The token has ended, and the token endpoint fails each time."""
    box.faults.append(Fault(path=TOKENS, times=None, status=503))
    assert renewals(box) == 0


def test_the_next_sync_does_not_try_at_once_and_later_ones_ever_more_rarely(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    asked = []
    for minutes in range(0, 121, 5):
        late = after(services, hours=25, minutes=minutes)
        assert flow.sync(late, source.id).state is RunState.LATER
        asked.append(renewals(box) // 3)  # one try and two more, as for a lost answer
    assert asked[:7] == [1, 2, 3, 3, 3, 3, 4]
    assert asked[-1] == 5
    assert state(services, source) == (SourceState.ACTIVE, "")


def test_it_is_said_when_it_is_tried_again(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    late = after(services, hours=25)
    flow.sync(late, source.id)
    again = sealed(services, source).next_try_at
    assert again == late.now() + timedelta(minutes=1)
    result = flow.sync(late, source.id)
    assert f"tried again at {again:%H:%M} UTC" in result.message
    assert result.wait == timedelta(minutes=1)


def test_neither_schedule_nor_refused_tokens_try_before_the_time(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    late = after(services, hours=25)
    late.granting.renew_due()
    assert renewals(box) == 3
    late.granting.renew_due()
    with pytest.raises(RetryLater, match="tried again at"):
        late.granting.renew(source.id, held(services, source))
    assert renewals(box) == 3
    after(services, hours=25, minutes=2).granting.renew_due()
    assert renewals(box) == 6


def test_the_token_is_used_as_long_as_it_lasts(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    late = after(services, hours=23.5)
    for _ in range(2):
        assert flow.sync(late, source.id).state is RunState.DONE
    assert renewals(box) == 3


def test_a_renewal_forgets_that_others_failed(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    flow.sync(after(services, hours=25), source.id)
    box.faults.clear()
    assert flow.sync(after(services, hours=25.1), source.id).state is RunState.DONE
    grant = sealed(services, source)
    assert (grant.failures, grant.next_try_at) == (0, None)
