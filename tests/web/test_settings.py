"""The settings: who is told of what, what the environment says, and how all is."""

from connectors import Company, Noun, User
from kam_sync.base.settings import Locale, Settings
from kam_sync.notify.channel import Owner, Route
from kam_sync.notify.route import tell
from kam_sync.web.wording import variables
from kam_sync.web.wording.language import Language
from tests.web.conftest import TestClient
from tests.web.world import World

CHAT = "tgram://123456789:abcdefghijklmnopqrstuvwxyz_ABCDEFGH/-1001234567"


def test_who_looks_after_accounts_and_is_told_of_nothing_stands_out(
    client: TestClient, world: World
) -> None:
    source_id = world.add_source()
    world.save(source_id, Noun.USER, User("7", "Анна Смирнова", "anna@example.com"))
    world.save(source_id, Noun.COMPANY, Company("1", "Вега", owner_external_id="7"))
    world.save(source_id, Noun.COMPANY, Company("2", "Лютик"))

    page = client.get("/settings?lang=en").text
    assert "There is no channel yet, so nobody is told of anything." in page
    anna = page.split("Анна Смирнова")[1].split("</tr>")[0]
    assert ">1</td>" in anna
    assert "is told of nothing" in anna
    assert "No user of a CRM is responsible for them." in page

    made = {"name": "team", "url": CHAT, "locale": "ru", "zone": ""}
    assert client.post("/channels", data=made).status_code == 200
    told = client.get("/settings?lang=en").text
    assert 'href="/channels#channel-team">team</a>' in told
    assert "is told of nothing" not in told


def test_a_channel_tells_of_somebody_by_name_key_or_without_routes() -> None:
    anna = Owner("Анна", "anna@example.com", ("sales:7",))

    def by(owner: str) -> Route:
        return Route(id=1, channel_id=1, owner=owner, events=[])

    routes = {1: [by("sales:7")], 2: [by("Пётр")], 3: [], 4: [by("Пётр"), by("АННА")]}
    assert tell(anna, routes) == [1, 3, 4]


def test_the_environment_is_shown_without_secrets(client: TestClient, world: World) -> None:
    page = client.get("/settings/installation?lang=ru").text
    assert "<code>KAM_SYNC_TIMEZONE</code>" in page
    assert "KAM_SYNC_SECRET_KEY" in page


def test_every_variable_is_explained_and_secrets_are_only_said_to_be_set() -> None:
    url = "postgresql://anna:hidden@db.example/kam"
    settings = Settings(database_url=url, secret_key="hidden too", currency="USD")
    found = {one.name: one for one in variables.of(Language(Locale.RU, settings.zone), settings)}
    assert len(found) == len(Settings.model_fields)
    assert "" not in {one.what for one in found.values()}
    for name in ("KAM_SYNC_DATABASE_URL", "KAM_SYNC_SECRET_KEY"):
        assert (found[name].is_secret, found[name].is_set, found[name].value) == (True, True, "")
    currency = found["KAM_SYNC_CURRENCY"]
    assert (currency.is_secret, currency.is_set, currency.value) == (False, True, "USD")
    assert "hidden" not in str(found)


def test_the_health_is_what_doctor_says(client: TestClient, world: World) -> None:
    world.add_source()
    page = client.get("/settings/health?lang=ru").text
    assert "источник sales" in page
    assert "PostgreSQL" in page
    assert "встроенная, в папке" in page
    english = client.get("/settings/health?lang=en").text
    assert "source sales" in english
    assert "embedded in" in english
