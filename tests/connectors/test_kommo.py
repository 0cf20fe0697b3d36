"""Kommo keeps the contract as amoCRM does, in English, in dollars and in another time zone."""

import re
from argparse import ArgumentParser, Namespace
from datetime import date
from typing import Any

from connectors import registry
from connectors.kit.contract import Credentials
from connectors.kit.oauth import OAuthApp
from connectors.kit.records import Deal, Noun
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.kommo import EnglishWorld
from connectors.sandbox.kommo.english import english
from connectors.sandbox.served import found
from connectors.sandbox.world import MadeUpWorld
from tests.connectors.checks import ConnectorChecks, records
from tests.connectors.test_amocrm import PlayedAmoCrm

_RUSSIAN = re.compile("[А-Яа-яЁё]")


def _world(**sizes: Any) -> EnglishWorld:
    return EnglishWorld(MadeUpWorld(today=date(2026, 11, 1), **sizes))


class TestKommo(PlayedAmoCrm, ConnectorChecks):
    """The shared checks."""

    kind = "kommo"

    def make_box(self) -> AmoSandbox:
        """Four pages of deals."""
        return AmoSandbox(_world(size=5, deals=760, contacts=10), rate=0, is_kommo=True)


def test_the_account_tells_its_money_and_its_time_zone() -> None:
    with AmoSandbox(_world(size=2, deals=20, contacts=2), rate=0, is_kommo=True) as box:
        kommo: Any = registry.connector_class("kommo")
        crm = kommo(Credentials(box.url, box.token, {"per_second": "0"}))
        about = crm.about()
        crm.close()
        assert about.name == "Sandbox"
        assert (about.facts["currency"], about.facts["timezone"]) == ("USD", "America/New_York")
        crm = kommo(Credentials(box.url, box.token, {"per_second": "0", **about.facts}))
        deals = [crm.translate(raw) for raw in records(crm.pull(Noun.DEAL, None))]
        crm.close()
    assert {one.currency for one in deals if isinstance(one, Deal)} == {"USD"}


def test_its_hosts_and_its_page_of_consent_are_those_of_kommo() -> None:
    hosts = registry.hosts("kommo", ())
    assert hosts.admit("https://sales.kommo.com/") == "https://sales.kommo.com"
    assert hosts.family("https://sales.amocrm.ru") is None
    link = registry.grants("kommo", ()).consent_url(
        OAuthApp("id", "secret", "https://our.example/back"), "https://sales.kommo.com", "state"
    )
    assert link.startswith("https://www.kommo.com/oauth?")
    assert registry.door("kommo").title["en"] == "Kommo"
    assert registry.card("kommo", "https://a.kommo.com", "deal", "5") == (
        "https://a.kommo.com/leads/detail/5"
    )
    assert registry.subscribes("kommo")


def test_the_world_is_the_same_in_english() -> None:
    plain = MadeUpWorld(size=20, deals=200, contacts=100, today=date(2026, 11, 1))
    world = EnglishWorld(plain)
    lists = ("companies", "contacts", "deals", "tasks", "notes", "customers", "purchases",
             "invoices")  # fmt: skip
    for name in lists:
        told, meant = list(getattr(world, name)()), list(getattr(plain, name)())
        assert [one.number for one in told] == [one.number for one in meant]
        assert not _RUSSIAN.search(repr(told)), name
    said = (world.users, world.pipelines, world.loss_reasons, world.products, world.truth())
    assert not _RUSSIAN.search(repr(said))
    assert world.today == plain.today
    assert world.slug == f"{plain.slug}-english"


def test_what_has_no_english_word_is_written_in_latin_letters() -> None:
    assert english("Поставка насосов № 12") == "Pump supply #12"
    assert english("ООО «УралДерево-Пенза»") == "LLC Uralderevo-Penza"
    assert english("Ольга 🌷") == "Olga 🌷"
    assert english("Acme") == "Acme"


def test_the_command_serves_it() -> None:
    served = found()["kommo"]
    parser = ArgumentParser()
    served.add_options(parser)
    chosen = Namespace(token=None, rate=None, port=0, **vars(parser.parse_args([])))
    box = served.open(MadeUpWorld(size=1, deals=1, today=date(2026, 11, 1)), chosen)
    assert box.announced()["rows"]["companies"] == 1
    box.stop()
