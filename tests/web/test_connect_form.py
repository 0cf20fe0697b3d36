"""The form that connects a CRM account, and what it says where it is filled in wrongly."""

from dataclasses import replace
from html import unescape

import pytest
from pydantic import HttpUrl

from connectors import Asked, Credentials, Door, registry
from connectors.sandbox.amocrm import AmoSandbox
from kam_sync.intake.store import SourceStore
from kam_sync.web.app import create_app
from kam_sync.wiring import Services, doors
from tests.fakes.crms import FieldsOnly
from tests.web.conftest import TestClient
from tests.web.shop import APP, exchanges, states, typed


def test_the_form_shows_the_redirect_uri_to_register(client, services: Services) -> None:
    assert (
        ">http://testserver/oauth/amocrm/callback</textarea>" in client.get("/sources/connect").text
    )
    settings = services.settings.model_copy(
        update={"public_url": HttpUrl("https://kam.example.test/")}
    )
    public = TestClient(create_app(replace(services, settings=settings)))
    page = public.get("/sources/connect?lang=en").text
    assert ">https://kam.example.test/oauth/amocrm/callback</textarea>" in page
    assert "Connect a CRM" in page


def test_a_token_connects_at_once(client, services: Services, box: AmoSandbox) -> None:
    form = typed(box, token=box.token, client_id="", client_secret="")
    answer = client.post("/sources/connect", data=form, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sources/sales/connected")
    assert states(services) == {"sales": ("active", "")}


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"name": "a b"}, 'id="wrong-name">Не больше 64 латинских букв'),
        ({"name": ""}, 'id="wrong-name">Не больше 64 латинских букв'),
        ({"base_url": ""}, 'id="wrong-base_url">Скопируйте его из браузера'),
        ({"base_url": "https://evil.example"}, 'id="wrong-base_url">Это не адрес этой CRM'),
        ({"base_url": "sales.amocrm.ru.evil.example"}, "KAM_SYNC_CRM_HOSTS"),
        ({"client_secret": ""}, 'id="wrong-client_secret">Скопируйте его из карточки'),
        ({"client_id": ""}, 'id="wrong-client_id">Скопируйте его из карточки'),
        ({"redirect_uri": "nowhere"}, 'id="wrong-redirect_uri">Укажите адрес целиком'),
        ({"way": "token"}, 'id="wrong-token">Вставьте сюда токен'),
        ({"token": "wrong-token"}, "CRM не принимает токен."),
    ],
)
def test_what_is_wrong_is_said_on_the_form_and_no_secret_is_shown(
    client, box: AmoSandbox, changed: dict[str, str], says: str
) -> None:
    answer = client.post("/sources/connect", data=typed(box, **changed))
    assert answer.status_code == 400
    assert says in answer.text
    assert APP.client_secret not in answer.text
    assert "wrong-token" not in answer.text.replace('id="wrong-token"', "").replace(
        'aria-describedby="wrong-token"', ""
    )
    assert exchanges(box) == 0


def test_what_was_typed_stays_on_the_form_with_the_way_that_was_chosen(
    client, box: AmoSandbox
) -> None:
    answer = client.post("/sources/connect", data=typed(box, way="oauth", client_secret=""))
    assert f'value="{APP.client_id}"' in answer.text
    assert f">{APP.redirect_uri}</textarea>" in answer.text
    assert 'value="oauth" id="way-oauth" checked' in answer.text
    assert 'value="token" id="way-token" checked' in client.get("/sources/connect").text


def test_a_name_that_is_taken_and_an_account_that_is_connected_are_told_before_oauth_begins(
    client, box: AmoSandbox
) -> None:
    client.post("/sources/connect", data=typed(box, token=box.token))
    again = client.post("/sources/connect", data=typed(box, token=box.token))
    assert "Источник с таким названием уже есть" in again.text
    other = client.post("/sources/connect", data=typed(box, token=box.token, name="other"))
    assert "уже подключён как другой источник" in other.text


def test_another_site_cannot_post_the_form(client, box: AmoSandbox) -> None:
    stranger = {"Origin": "https://evil.example"}
    assert client.post("/sources/connect", data=typed(box), headers=stranger).status_code == 403


def test_a_kind_is_chosen_and_says_what_it_needs(
    client, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registry._CLASSES, "memory", "tests.web.test_connect_form:Shy")
    page = client.get("/sources/connect?kind=memory&lang=en").text
    assert 'href="/sources/connect?kind=memory" aria-current="true">Memory</a>' in page
    assert 'href="/sources/connect?kind=amocrm">amoCRM</a>' in page
    assert "Ask the archivist." in page
    assert '<option value="b" selected>Second</option>' in page
    russian = client.get("/sources/connect?kind=memory&lang=ru").text
    assert '<option value="b" selected>Вторая</option>' in russian
    assert '<textarea class="written" id="option-notes"' in page
    assert 'id="way-oauth"' not in page
    assert 'value="amocrm"' in client.get("/sources/connect?kind=siebel").text

    form = {"kind": "memory", "name": "m", "base_url": "http://127.0.0.1", "token": "t"}
    typed_in = {"option-shelf": "a", "option-notes": "one\ntwo", "option-strange": "x"}
    client.post("/sources/connect", data=form | typed_in)
    with services.database.transaction() as session:
        sources = SourceStore(session)
        access = sources.access(sources.by_name("m").id)
        assert access.options == {"shelf": "a", "notes": "one\ntwo"}


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_form_of_each_kind_asks_in_both_languages(client, language: str) -> None:
    for kind, door in doors().items():
        page = unescape(client.get(f"/sources/connect?kind={kind}&lang={language}").text)
        for asked in door.asks:
            said = [asked.label, asked.hint, *asked.choices.values()]
            assert [one for one in said if one and one[language] not in page] == []


def test_an_option_that_is_a_secret_is_not_shown_again(
    client, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registry._CLASSES, "memory", "tests.web.test_connect_form:Shy")
    form = {"kind": "memory", "name": "m", "base_url": "http://127.0.0.1", "token": ""}
    page = client.post("/sources/connect", data=form | {"option-pin": "31415"})
    assert page.status_code == 400
    assert '<input id="option-pin" name="option-pin" type="password" autocomplete="off">' in (
        page.text
    )
    assert "31415" not in page.text


class Shy(FieldsOnly):
    """A kind that asks for a shelf, for notes and for a code."""

    hosts = ("example.com",)
    door = Door(
        {"en": "Memory", "ru": "Память"},
        "https://memory.example.com",
        {"en": "Ask the archivist.", "ru": "Спросите архивариуса."},
        (
            Asked(
                "shelf",
                {"en": "Shelf", "ru": "Полка"},
                default="b",
                choices={
                    "a": {"en": "First", "ru": "Первая"},
                    "b": {"en": "Second", "ru": "Вторая"},
                },
            ),
            Asked(
                "notes",
                {"en": "Notes", "ru": "Заметки"},
                {"en": "Any.", "ru": "Любые."},
                is_long=True,
            ),
            Asked("pin", {"en": "Code", "ru": "Код"}, is_secret=True),
        ),
    )

    def __init__(self, credentials: Credentials) -> None:
        super().__init__()


@pytest.mark.parametrize(
    ("lang", "profile", "says"),
    [
        ("ru", "profile: x\nlimit: 1\n", "строка 2, столбец 1 (limit): limit здесь не бывает"),
        ("en", "profile: x\nlimit: 1\n", "line 2, column 1 (limit): limit is not known here"),
        ("ru", "", "строка 1, столбец 1: текст пуст"),
    ],
)
def test_what_is_wrong_in_a_profile_is_said_line_by_line_in_the_language_of_the_page(
    client, lang: str, profile: str, says: str
) -> None:
    form = {"kind": "generic", "name": "x", "base_url": "http://127.0.0.1:1", "token": "t"}
    form |= {"way": "token", "option-profile": profile}
    answer = client.post(f"/sources/connect?lang={lang}", data=form)
    assert answer.status_code == 400
    assert says in answer.text
    assert f'rows="12" spellcheck="false">{profile.strip()}</textarea>' in answer.text
    assert "короткого объяснения" not in answer.text
