"""Which account a company belongs to."""

from kam_sync.accounts.match import own_account


def test_a_company_gets_the_same_account_each_time_and_no_other_company_does() -> None:
    assert own_account(1, "6001") == own_account(1, "6001")
    assert len({own_account(s, c) for s in (1, 2) for c in ("6001", "6002", "16001")}) == 6
