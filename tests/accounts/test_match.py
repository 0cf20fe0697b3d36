"""Which account a company belongs to."""

from kam_sync.accounts.match import match


def test_a_company_gets_the_same_account_each_time_and_no_other_company_does() -> None:
    assert match(1, "6001") == match(1, "6001")
    assert len({match(s, c).account_id for s in (1, 2) for c in ("6001", "6002", "16001")}) == 6
