"""The field map over HTTP: shown to people and programs, changed by both."""

import pytest

import connectors as gate
from connectors import Field, Noun
from tests.web.world import World

INN = Field("company/1", Noun.COMPANY, "ИНН", "text")
SEGMENT = Field("company/3", Noun.COMPANY, "Сегмент <b>", "choice", options=("A", "B"))
STAGE = Field("deal/5", Noun.DEAL, "Сегмент", "choice")
SOURCE = "/api/v1/sources/sales/fields"
OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def source(world: World) -> int:
    """A source with three custom fields and a company that has an INN."""
    source = world.add_source()
    world.save(source, Noun.FIELD, INN, SEGMENT, STAGE)
    custom = {"1": {"name": "ИНН", "kind": "text", "value": "7707083893"}}
    world.save(source, Noun.COMPANY, gate.Company("1", "Вега", custom=custom))
    return source


def mapped(client) -> dict[str, str]:
    """Target -> field, as the API tells."""
    targets = client.get(SOURCE).json()["targets"]
    return {target["target"]: target["field"] for target in targets if target["field"]}


def test_targets_are_shown_beside_all_fields_with_an_example(client, source: int) -> None:
    answer = client.get(SOURCE).json()

    assert (answer["source"], answer["is_confirmed"]) == ("sales", False)
    inn = next(target for target in answer["targets"] if target["target"] == "company.inn")
    assert (inn["field"], inn["kinds"], inn["warning"]) == (None, ["text", "number"], None)
    assert inn["offer"] == {"field": "company/1", "name": "ИНН", "why": "its name says so"}
    examples = {field["external_id"]: field["example"] for field in answer["fields"]}
    assert examples == {"company/1": "7707083893", "company/3": None, "deal/5": None}


def test_a_map_is_changed_by_a_patch(client, source: int) -> None:
    wanted = {"company.inn": "company/1", "company.segment": "company/3"}
    answer = client.patch(SOURCE, json=wanted)

    assert answer.status_code == 200
    assert answer.json()["is_confirmed"] is False
    targets = answer.json()["targets"]
    assert {one["target"] for one in targets if one["is_confirmed"]} == set(wanted)
    assert mapped(client) == wanted
    client.patch(SOURCE, json={"company.segment": None})
    assert mapped(client) == {"company.inn": "company/1"}


@pytest.mark.parametrize(
    ("wanted", "status", "says"),
    [
        ({"company.inn": "company/99"}, 400, "the CRM has no field company/99"),
        ({"company.inn": "deal/5"}, 400, "is one of a deal, not of a company"),
        ({"inn": "company/1"}, 400, "there is no such target"),
        ({"company.inn": 1}, 422, "company.inn"),
        ([], 422, "body"),
    ],
)
def test_a_wrong_patch_is_refused_and_changes_nothing(
    client, source: int, wanted, status: int, says: str
) -> None:
    answer = client.patch(SOURCE, json=wanted)

    assert answer.status_code == status
    assert says in answer.json()["detail"]
    assert mapped(client) == {}


def test_another_site_changes_nothing(client, source: int) -> None:
    wanted = {"company.inn": "company/1"}
    strange = {"Sec-Fetch-Site": "cross-site"}

    assert client.patch(SOURCE, json=wanted, headers=strange).status_code == 403
    assert client.post("/sources/sales/fields", data=wanted, headers=strange).status_code == 403
    assert mapped(client) == {}


def test_a_map_is_not_changed_while_the_source_is_pulled(client, world: World, source: int) -> None:
    with world.services.database.alone(f"source {source}"):
        assert client.patch(SOURCE, json={"company.inn": "company/1"}).status_code == 409
        assert client.patch(SOURCE, json={}).json()["is_confirmed"] is True


def test_the_page_asks_a_person_to_look_the_guess_over(client, source: int) -> None:
    page = client.get("/sources/sales/fields?lang=ru").text

    assert "Отмеченное — это догадка" in page
    assert "Похоже, это «ИНН»: судя по названию" in page
    assert '<option value="company/1">ИНН (текст)</option>' in page
    assert '<td data-label="Например">7707083893</td>' in page
    assert "Сегмент &lt;b&gt;" in page
    assert "<b>" not in page


def test_a_person_chooses_and_saves(client, source: int) -> None:
    chosen = {"company.inn": "company/1", "company.segment": "", "company.kpp": ""}
    answer = client.post("/sources/sales/fields", data=chosen, headers=OURS)

    assert answer.status_code == 200
    assert str(answer.url).endswith("/sources/sales/fields?saved=yes")
    assert 'value="company/1" selected' in answer.text
    assert "Сохранено" in answer.text
    assert mapped(client) == {"company.inn": "company/1"}


def confirmed(client) -> set[str]:
    """The targets of which a person has said which field they are."""
    targets = client.get(SOURCE).json()["targets"]
    return {target["target"] for target in targets if target["is_confirmed"]}


def test_only_the_lines_that_a_person_changed_are_confirmed(client, source: int) -> None:
    same = {"company.kpp": "", "seen:company.kpp": ""}
    form = {"company.inn": "company/1", "seen:company.inn": "", "do": "change"} | same
    client.post("/sources/sales/fields", data=form, headers=OURS)
    page = client.get("/sources/sales/fields?lang=ru").text

    assert confirmed(client) == {"company.inn"}
    assert '<p class="note">ИНН: 7707083893</p>' in " ".join(page.split()).replace("</p> ", "</p>")
    assert "Всё верно" in page


def test_a_button_says_that_all_lines_are_right(client, source: int) -> None:
    form = {"company.inn": "company/1", "seen:company.inn": "company/1", "do": "all"}
    client.post("/sources/sales/fields", data=form, headers=OURS)

    assert client.get(SOURCE).json()["is_confirmed"] is True
    assert mapped(client) == {"company.inn": "company/1"}
    assert "Всё верно" not in client.get("/sources/sales/fields?lang=ru").text


@pytest.mark.parametrize(
    ("kind", "held", "russian", "english"),
    [
        ("date", "2027-04-20", "20 апр. 2027 г.", "Apr 20, 2027"),
        ("moment", "2026-10-19T07:53:28+00:00", "19 окт. 2026, 10:53", "Oct 19, 2026, 10:53"),
        ("money", "1000000", "1 000 000", "1,000,000"),
        ("number", "7707083893", "7707083893", "7707083893"),
        ("number", "12.5", "12,5", "12.5"),
        ("contacts", [{"type": "WORK", "value": "7 912 000-39-81"}], "7 912 000-39-81",
         "7 912 000-39-81"),
    ],
)  # fmt: skip
def test_an_example_reads_as_people_write_it_in_the_time_zone_of_the_account(
    client, world: World, kind: str, held: object, russian: str, english: str
) -> None:
    source = world.add_source()
    world.save(source, Noun.FIELD, Field("company/9", Noun.COMPANY, "Поле", kind))
    custom = {"9": {"name": "Поле", "kind": kind, "value": held}}
    world.save(source, Noun.COMPANY, gate.Company("9", "Орион", custom=custom))

    for language, said in (("ru", russian), ("en", english)):
        page = client.get(f"/sources/sales/fields?lang={language}").text
        assert f">{said}</td>" in " ".join(page.split())


def test_a_mapped_field_that_is_gone_is_shown_on_the_sources_page_and_on_its_own(
    client, world: World, source: int
) -> None:
    client.patch(SOURCE, json={"company.inn": "company/1"})
    world.save(source, Noun.FIELD, Field("company/1", Noun.COMPANY, "ИНН", "text", is_deleted=True))

    for path in ("/sources/sales?lang=ru", "/sources/sales/fields?lang=ru"):
        assert "Поля «ИНН» в CRM больше нет" in client.get(path).text, path
    target = next(t for t in client.get(SOURCE).json()["targets"] if t["target"] == "company.inn")
    assert target["warning"] == "company.inn: field company/1 (ИНН) is not in the CRM any more"


def test_a_source_whose_fields_nobody_has_read_says_how_to_read_them(client, world: World) -> None:
    world.add_source("new")

    assert "kam-sync sync new" in client.get("/sources/new/fields").text
    assert client.get("/sources/none/fields").status_code == 404
