"""What the CRM deletes is gone here too, once it was asked; what it restores comes back."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import partial

import pytest

import kam_sync.intake.step
from connectors import Deletions, Hint, Noun, NounFacts, RawRecord
from kam_sync import flow
from kam_sync.accounts.match import own_account
from kam_sync.intake.model import Origin, RunState
from kam_sync.intake.store import HintStore
from kam_sync.wiring import Services
from tests.fakes.connecting import ask
from tests.fakes.memory_crm import AskableCrm, MemoryCrm, ServicesOf, connected


@pytest.fixture
def crm() -> AskableCrm:
    """Three companies, three deals."""
    crm = AskableCrm()
    crm.fill(Noun.COMPANY, 3)
    crm.fill(Noun.DEAL, 3, company="1")
    return crm


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each page is stored by itself, so that a walk can be left in the middle."""
    one_by_one = partial(kam_sync.intake.step.batches, size=1)
    monkeypatch.setattr(kam_sync.intake.step, "batches", one_by_one)


@pytest.fixture
def shop(services: Services, crm: AskableCrm) -> tuple[ServicesOf, int]:
    """The CRM, connected and synced once."""
    shop, source_id = connected(services, crm)
    assert flow.sync(shop, source_id).state is RunState.DONE
    return shop, source_id


def live(services: Services, noun: Noun) -> list[str]:
    query = f"SELECT external_id FROM {noun.value} WHERE NOT is_deleted ORDER BY 1"
    return [row[0] for row in ask(services, query)]


def test_an_event_of_a_deletion_deletes_what_the_crm_no_longer_gives(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    crm.remove(Noun.DEAL, "2", tell=True)
    result = flow.sync(services, source_id)
    assert live(services, Noun.DEAL) == ["1", "3"]
    assert result.nouns[Noun.DEAL].deleted == 1
    why = "SELECT external_id, gone_why FROM raw_record WHERE gone_at IS NOT NULL"
    assert ask(services, why) == [("2", "event")]
    assert ask(services, "SELECT count(*) FROM hint") == [(0,)]


def test_an_event_of_a_deletion_is_not_believed_when_the_crm_still_gives_the_record(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    crm.hints.append(Hint(Noun.DEAL, "2"))
    flow.sync(services, source_id)
    assert live(services, Noun.DEAL) == ["1", "2", "3"]
    assert crm.asked == [(Noun.DEAL, "2")]


def test_the_account_of_a_deleted_company_is_inactive(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    crm.remove(Noun.COMPANY, "3", tell=True)
    flow.sync(services, source_id)
    inactive = own_account(source_id, "3")
    assert ask(services, "SELECT id FROM account WHERE NOT is_active") == [(inactive,)]


def test_what_a_full_sync_does_not_bring_is_gone(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    crm.remove(Noun.DEAL, "3")
    flow.sync(services, source_id)
    assert live(services, Noun.DEAL) == ["1", "2", "3"]
    flow.sync(services, source_id, full=True)
    assert live(services, Noun.DEAL) == ["1", "2"]
    why = "SELECT external_id, gone_why FROM raw_record WHERE gone_at IS NOT NULL"
    assert ask(services, why) == [("3", "absence")]
    assert ask(services, "SELECT count(*) FROM seen_record") == [(0,)]


def test_a_row_that_a_whole_list_skipped_is_asked_for_and_stays(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    crm.hidden.add((Noun.DEAL, "2"))
    flow.sync(services, source_id, full=True)
    assert live(services, Noun.DEAL) == ["1", "2", "3"]
    assert crm.asked == [(Noun.DEAL, "2")]


def test_a_user_who_is_no_longer_listed_is_inactive_at_once(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    crm.fill(Noun.USER, 3)
    flow.sync(services, source_id)
    crm.remove(Noun.USER, "2")
    flow.sync(services, source_id)
    query = "SELECT external_id FROM crm_user WHERE is_active ORDER BY 1"
    assert ask(services, query) == [("1",), ("3",)]


def test_a_stale_row_in_a_list_does_not_resurrect_a_deleted_deal(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    crm.remove(Noun.DEAL, "2", tell=True)
    flow.sync(services, source_id)
    crm.stale[Noun.DEAL] = {"2": {"name": "stale", "amount": 999}}
    crm.asked.clear()
    flow.sync(services, source_id)
    assert live(services, Noun.DEAL) == ["1", "3"]
    assert crm.asked == [(Noun.DEAL, "2"), (Noun.DEAL, "2")]


def test_a_restored_deal_comes_back_with_what_it_holds_now(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    crm.remove(Noun.DEAL, "2", tell=True)
    flow.sync(services, source_id)
    crm.put(Noun.DEAL, "2", company="1", amount=250)
    flow.sync(services, source_id)
    assert live(services, Noun.DEAL) == ["1", "2", "3"]
    assert ask(services, "SELECT amount FROM deal WHERE external_id = '2'") == [(Decimal(250),)]


def test_a_deal_that_was_restored_without_a_change_comes_back_by_word_of_it(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    row = crm.rows[Noun.DEAL]["2"]
    crm.remove(Noun.DEAL, "2", tell=True)
    flow.sync(services, source_id)
    crm.rows[Noun.DEAL]["2"] = row
    crm.hints.append(Hint(Noun.DEAL, "2"))
    flow.sync(services, source_id)
    assert live(services, Noun.DEAL) == ["1", "2", "3"]


def test_word_of_a_record_that_never_was_is_dropped(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    crm.hints.append(Hint(Noun.DEAL, "404"))
    assert flow.sync(services, source_id).state is RunState.DONE
    assert ask(services, "SELECT count(*) FROM hint") == [(0,)]


def test_word_that_comes_while_the_crm_is_asked_is_not_lost(services: Services) -> None:
    crm = DeletedWhileAsked()
    crm.fill(Noun.DEAL, 3)
    shop, source_id = connected(services, crm)
    flow.sync(shop, source_id)
    crm.hints.append(Hint(Noun.DEAL, "2"))
    crm.note = partial(note, services, source_id)
    flow.sync(shop, source_id)
    assert live(services, Noun.DEAL) == ["1", "3"]
    assert ask(services, "SELECT count(*) FROM hint") == [(0,)]


class DeletedWhileAsked(AskableCrm):
    """Who is asked for is deleted right after the answer, and a call tells us so."""

    note: Callable[[Hint], None] | None = None

    def get_many(self, noun: Noun, external_ids: Sequence[str]) -> Iterator[RawRecord]:
        yield from list(super().get_many(noun, external_ids))
        if self.note:
            for key in external_ids:
                self.rows[noun].pop(key)
                self.note(Hint(noun, key))
            self.note = None


def note(services: Services, source_id: int, hint: Hint) -> None:
    with services.database.transaction() as session:
        HintStore(session, source_id).note([hint], Origin.EVENT, services.now())


def test_word_of_a_deletion_is_kept_until_the_crm_can_be_asked(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    crm.remove(Noun.DEAL, "2", tell=True)
    crm.is_deaf = True
    assert flow.sync(services, source_id).state is RunState.LATER
    assert live(services, Noun.DEAL) == ["1", "2", "3"]
    crm.is_deaf = False
    flow.sync(services, source_id)
    assert live(services, Noun.DEAL) == ["1", "3"]


def test_a_full_walk_that_an_error_cuts_deletes_nothing_and_one_that_goes_on_counts_as_whole(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    crm.remove(Noun.DEAL, "1")
    crm.breaks_at = (Noun.DEAL, -1)
    assert flow.sync(services, source_id, full=True).state is RunState.LATER
    assert live(services, Noun.DEAL) == ["1", "2", "3"]
    flow.sync(services, source_id)
    assert live(services, Noun.DEAL) == ["2", "3"]


def test_an_incremental_pull_after_a_full_one_that_kept_no_page_deletes_nothing(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    crm.breaks_at = (Noun.DEAL, 0)
    assert flow.sync(services, source_id, full=True).state is RunState.LATER
    flow.sync(services, source_id)
    assert live(services, Noun.DEAL) == ["1", "2", "3"]
    assert crm.asked == []


def test_what_was_added_while_a_whole_list_was_walked_stays(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    crm.breaks_at = (Noun.DEAL, -1)
    flow.sync(services, source_id, full=True)
    crm.put(Noun.DEAL, "0", company="1")  # before the place where the walk goes on
    crm.hints.append(Hint(Noun.DEAL, "0"))
    flow.sync(services, source_id)
    flow.sync(services, source_id)
    assert live(services, Noun.DEAL) == ["0", "1", "2", "3"]


def test_a_first_load_remembers_no_rows_as_seen(services: Services, crm: AskableCrm) -> None:
    shop, source_id = connected(services, crm)
    crm.breaks_at = (Noun.DEAL, -1)
    flow.sync(shop, source_id)
    assert ask(services, "SELECT count(*) FROM seen_record") == [(0,)]


def test_a_deal_that_names_a_company_we_do_not_have_brings_it(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    crm.put(Noun.COMPANY, "9")
    crm.changed[Noun.COMPANY, "9"] = 0  # imported with an old date: no list of changes shows it
    crm.put(Noun.DEAL, "4", company="9")
    flow.sync(services, source_id)
    assert live(services, Noun.COMPANY) == ["1", "2", "3", "9"]


def test_a_gone_record_whose_last_words_make_no_sense_is_deleted_too(
    crm: AskableCrm, shop: tuple[ServicesOf, int]
) -> None:
    services, source_id = shop
    crm.put(Noun.DEAL, "2", amount="a lot")
    flow.sync(services, source_id)
    crm.remove(Noun.DEAL, "2", tell=True)
    flow.sync(services, source_id)
    assert live(services, Noun.DEAL) == ["1", "3"]


def test_a_crm_that_cannot_be_asked_by_id_is_believed(services: Services) -> None:
    crm = MemoryCrm(nouns={Noun.COMPANY: NounFacts(frozenset({Deletions.ABSENCE}))})
    crm.fill(Noun.COMPANY, 3)
    shop, source_id = connected(services, crm)
    flow.sync(shop, source_id)
    crm.remove(Noun.COMPANY, "1", tell=True)
    crm.remove(Noun.COMPANY, "2")
    flow.sync(shop, source_id, full=True)
    assert live(services, Noun.COMPANY) == ["3"]
    crm.put(Noun.COMPANY, "2")
    flow.sync(shop, source_id)
    assert live(services, Noun.COMPANY) == ["2", "3"]
