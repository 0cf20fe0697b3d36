"""Which hosts are told a secret."""

import pytest

from connectors.kit.errors import NeedsPerson
from connectors.kit.hosts import Hosts

HOSTS = Hosts(("amocrm.ru", "kommo.com"), ("127.0.0.1", "crm.example.test:8443", ".our.example"))


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("https://sales.amocrm.ru", "https://sales.amocrm.ru"),
        ("https://Sales.AmoCRM.ru/", "https://sales.amocrm.ru"),
        ("https://sales.kommo.com", "https://sales.kommo.com"),
        ("http://127.0.0.1:40001", "http://127.0.0.1:40001"),
        ("https://crm.example.test:8443", "https://crm.example.test:8443"),
        ("http://north.our.example", "http://north.our.example"),
    ],
)
def test_hosts_of_the_maker_and_those_an_admin_adds_are_admitted(given: str, address: str) -> None:
    assert HOSTS.admit(given) == address


@pytest.mark.parametrize(
    "given",
    [
        "https://amocrm.ru",
        "https://www.amocrm.ru",
        "https://sales.amocrm.ru:8443",
        "https://sales-amocrm.ru",
        "https://sales.amocrm.ru.evil.example",
        "https://evil.example/sales.amocrm.ru",
        "https://evil.example#.amocrm.ru",
        "https://evil.example\\.amocrm.ru",
        "https://evil.example?.amocrm.ru",
        "https://sales.amocrm.ru@evil.example",
        "https://evil。amocrm.ru",
        "https://evil.example\n.amocrm.ru",
        "https://crm.example.test",
        "https://our.example",
        "https://169.254.169.254",
        "ftp://127.0.0.1",
        "",
    ],
)
def test_all_others_are_refused_in_one_line_that_says_what_to_do(given: str) -> None:
    with pytest.raises(NeedsPerson, match="KAM_SYNC_CRM_HOSTS") as refused:
        HOSTS.admit(given)
    assert "\n" not in str(refused.value)


def test_an_account_without_encryption_is_told_to_take_https() -> None:
    with pytest.raises(NeedsPerson, match="is not encrypted; write https://"):
        HOSTS.admit("http://sales.amocrm.ru")


def test_a_host_that_somebody_names_keeps_the_scheme_of_the_account() -> None:
    assert HOSTS.beside("https://old.amocrm.ru", "new.amocrm.ru") == "https://new.amocrm.ru"
    assert HOSTS.beside("http://127.0.0.1:1", "127.0.0.1:2") == "http://127.0.0.1:2"
    for named in ("evil.example", "new.amocrm.ru/x", "new.amocrm.ru:1@evil.example", ""):
        with pytest.raises(NeedsPerson):
            HOSTS.beside("https://old.amocrm.ru", named)


def test_the_family_of_an_address_is_the_domain_of_its_maker() -> None:
    assert HOSTS.family("https://sales.kommo.com") == "kommo.com"
    assert HOSTS.family("http://127.0.0.1:40001") is None


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("https://1C.Our.Example/Base", "https://1c.our.example/Base"),
        ("https://1c.our.example/a/ea/12345/", "https://1c.our.example/a/ea/12345"),
        ("https://1c.our.example/base/odata/standard.odata",) * 2,
        ("https://1c.our.example/база",) * 2,
        ("http://127.0.0.1:40001",) * 2,
    ],
)
def test_an_address_may_go_on_behind_the_host_where_the_kind_says_so(
    given: str, address: str
) -> None:
    assert Hosts((), (".our.example", "127.0.0.1"), has_path=True).admit(given) == address


@pytest.mark.parametrize(
    "given",
    [
        "https://evil.example/1c.our.example",
        "https://1c.our.example/base?x=1",
        "https://1c.our.example/base#x",
        "https://1c.our.example/base@evil.example",
        "https://1c.our.example/base\n",
        "https://1c.our.example//evil.example",
        "https://1c.our.example@evil.example/base",
    ],
)
def test_no_path_leads_to_another_host(given: str) -> None:
    with pytest.raises(NeedsPerson, match="is no address of this CRM; if it is one of yours"):
        Hosts((), (".our.example",), has_path=True).admit(given)


def test_what_stands_behind_a_host_may_be_a_secret_and_is_not_repeated() -> None:
    hosts = Hosts(("bitrix24.ru",))
    with pytest.raises(NeedsPerson, match=r"'https://acme\.bitrix24\.ru/\.\.\.'") as caught:
        hosts.admit("https://acme.bitrix24.ru/rest/1/s3cr3t/")
    assert "s3cr3t" not in str(caught.value)
