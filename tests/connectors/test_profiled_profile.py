"""A profile that cannot be used is told line by line; placeholders and secrets are put in."""

import pytest
from pydantic import ValidationError

from connectors.kit import wrongs
from connectors.kit.contract import Credentials
from connectors.kit.door import spoken
from connectors.kit.records import Noun
from connectors.kit.rule import Rule
from connectors.kit.rules import EntityRules
from connectors.profiled import BadProfile, Generic, SberCrm, reading
from connectors.profiled.placeholders import Wrong, fill, unlock
from tests.fakes import profiles

_GOOD = profiles.generic()
_SHIPPED = Generic.shipped_profile()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("root: /api", "rooot: /api", r"line 6, column 1 \(rooot\): rooot is not known.*: account"),
        ("  name: {from: name}", "  name: {form: name}", r"\(entities.user.fields.name"),
        ("kind: offset", "kind: pages", r"\(lists.plain.paging.kind\): 'pages' is none"),
        ("    key: id", "    kee: id", r"kee is not known here \(did you mean key\?\).*: card"),
        ("    key: id", "    with: {a: b}", "with stands here twice"),
        ("list: plain", "list: plane", "there is no list 'plane'; there are: plain"),
        ("    key: id\n", "", r"\(entities.user.key\): key is missing"),
        ('"{offset}"', '"{ofset}"', r"\(lists.plain.query\): \{ofset\} is not known here"),
        ("${token}", "${tokn}", r"\(auth\): there is no secret tokn among those"),
        ('from: "czena_prodazhi$c"', "from: a, as: text", r"deal.fields.amount\): amount holds"),
        ("codes: {vyigrana: won", "codes: {vyigrana: winn", r"not winn"),
        ("  contact:", "  pipeline:", r"a pipeline is not read by a profile; there are:"),
        ("  contact:", "  kontakt:", r"\(entities.kontakt\): 'kontakt' is none.*mean contact"),
        ('one: {path: "/{name}/{key}"}', "one: null", "can be asked for"),
        ('body: {name: "{text}"', 'body: {name: "{txt}"', r"\(writes.task\): \{txt\} is not known"),
        ("bearer, value", "barer, value", r"\(auth\): 'barer' is none of: none, bearer"),
        ("profile: Another CRM", "profile: [", r"line \d+, column \d+: "),
        ("zone: Europe/Moscow", "zone: Moscow", r"line 7, column 1 \(zone\): there is no such"),
        ("size: 100", "size: 15", "an overlap of 10 is too much for pages of 15"),
        ("    path: /{name}", "    path: /{name}\n    body: {}", "a GET has no body"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(before: str, after: str, said: str) -> None:
    text = _GOOD.replace(before, after, 1)
    if before.startswith("one:"):
        text = _GOOD.replace(before, after)
    with pytest.raises(BadProfile, match=said):
        reading.read(text)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("root: /api", "rooot: /api", "строка 6, столбец 1 (rooot): rooot здесь не бывает "
         "(может быть, root?); можно: account, auth"),
        ("    key: id\n", "", "строка 24, столбец 3 (entities.user.key): не хватает key"),
        ("profile: Another CRM", "profile: 7", "строка 4, столбец 1 (profile): нужен текст (число"),
        ("per_second: 2", "per_second: fast", "(limits.per_second): нужно число"),
        ("per_second: 2", "per_second: -2", "(limits.per_second): не меньше 0"),
        ("size: 200", "size: 2.5", "(lists.plain.paging.size): нужно целое число"),
        ("kind: offset", "kind: pages", "'pages': нужно одно из: page, offset, cursor, link, none "
         "(может быть, page?)"),
        ("kind: bearer, ", "", "(auth): не хватает kind"),
        ("root: /api", "root: [", "это не YAML ("),
        ("    key: id", "    key: {a: b}", "(entities.user.key): нужен текст"),
        ("    key: id", "    key: id\n    key: id", "key стоит здесь дважды"),
        ("codes: {vyigrana: won", "codes: {vyigrana: winn", "open, won или lost, но не winn"),
        ("zone: Europe/Moscow", "zone: Moscow", "(zone): такого часового пояса нет"),
        ("currency: RUB", "currency: руб", "(currency): 'руб': такого кода валюты нет"),
        ("${token}", "${tokn}", "(auth): секрета tokn нет среди названных в secrets: token"),
        ("{from: active}", "{}", "скажите, откуда это взять"),
        ("auth: {", "auth: yes #", "(auth): здесь нужны настройки вида имя: значение"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_russian_too(before: str, after: str, said: str) -> None:
    assert before in _SHIPPED
    with pytest.raises(BadProfile) as caught:
        reading.read(_SHIPPED.replace(before, after, 1))
    russian = spoken(caught.value, "ru")
    assert said in russian
    assert spoken(caught.value, "en") == str(caught.value)
    assert len(russian.splitlines()) == len(str(caught.value).splitlines()) == 1
    assert "Input should" not in russian + str(caught.value)


def test_all_fields_and_codes_that_are_wrong_are_named_at_once() -> None:
    text = (
        _SHIPPED.replace("codes: {vyigrana: won", "codes: {vyigrana: winn, x: lots", 1)
        .replace('from: "czena_prodazhi$c"', "from: a, as: text", 1)
        .replace("list: plain", "list: plane", 1)
        .replace("${token}", "${tokn}", 1)
    )
    with pytest.raises(BadProfile) as caught:
        reading.read(text)
    for said in (str(caught.value), spoken(caught.value, "ru")):
        for part in ("lots, winn", "amount", "'plane'", "tokn"):
            assert part in said
        assert len(said.splitlines()) == 4
    wrong = {"stauts": Rule(value=1), "amuont": Rule(value=1)}
    with pytest.raises(ValidationError) as several:
        EntityRules(noun=Noun.INVOICE, fields=wrong, currency="RUB")
    told = [said.ru for _, said in wrongs.sentences(several.value, EntityRules)]
    assert len(told) == 3  # and that the status is missing
    assert "может быть, status?" in told[0]


def test_what_is_wrong_stands_in_the_order_of_the_lines() -> None:
    text = (
        _SHIPPED.replace("root:", "rooot:").replace("kind: offset", "kind: x").replace("key:", "k:")
    )
    with pytest.raises(BadProfile) as caught:
        reading.read(text)
    lines = [int(one.split()[1].rstrip(",")) for one in str(caught.value).splitlines()[:-1]]
    assert len(lines) == 10
    assert lines == sorted(lines)
    assert str(caught.value).endswith(" more")


def test_tags_and_anchors_run_nothing() -> None:
    tagged = _GOOD.replace("profile: Another CRM", "profile: !!python/object/apply:os.abort [x]")
    anchored = _GOOD.replace("fields:\n", "fields: &a\n", 1).replace("limits:", "limits: *a\nx:", 1)
    for text in (tagged, anchored, "", "just words", "- a"):
        with pytest.raises(BadProfile):
            reading.read(text)


def test_the_shipped_profile_of_sbercrm_says_what_is_to_be_put_in() -> None:
    with pytest.raises(
        ValueError, match=r"entities.company.with.id\): put your own value for REPLA"
    ):
        SberCrm(Credentials("https://app.sbercrm.com", "x"))
    assert reading.draft(SberCrm.shipped_profile()).profile == "SberCRM"
    assert reading.read(Generic.shipped_profile()).profile == "Another CRM"


def test_a_secret_that_was_not_given_is_named() -> None:
    credentials = Credentials("https://app.sbercrm.com", "x", {"profile": profiles.sbercrm()})
    with pytest.raises(ValueError, match="the secret username was not given"):
        SberCrm(credentials)


def test_placeholders_keep_the_kind_of_their_value_and_none_is_left_out() -> None:
    body = {"p": {"n": "{page}", "of": "{size} rows"}, "cond": "{conditions}", "c": "{cursor}"}
    values = {"page": 0, "size": 5, "conditions": [{"a": 1}], "cursor": None}
    assert fill(body, values) == {"p": {"n": 0, "of": "5 rows"}, "cond": [{"a": 1}]}
    assert fill([1, "{cursor}", "x{cursor}"], values) == [1, "x"]
    assert unlock({"a": ["${b}"]}, {"b": "{page}"}) == {"a": ["{page}"]}
    with pytest.raises(Wrong, match="secret c was not given"):
        unlock("${c}", {})
