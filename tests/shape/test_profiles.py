"""The profiles in the documents can be followed."""

import re
from pathlib import Path

from connectors.kit import wrongs
from connectors.profiled import reading
from connectors.profiled.model import Profile

_TOP = Path(__file__).parents[2]


def test_the_example_of_the_reference_is_a_profile() -> None:
    text = (_TOP / "docs" / "profiles.md").read_text()
    examples = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert [reading.read(one).profile for one in examples] == ["My CRM"]


def test_every_setting_stands_in_the_reference() -> None:
    text = (_TOP / "docs" / "profiles.md").read_text()
    for path in ((), ("lists", "x"), ("lists", "x", "paging"), ("entities", "deal"), ("hook_in",)):
        for name in wrongs.allowed(path, Profile):
            assert re.search(f"`{name}[`:]", text), name
    for name in wrongs.allowed(("entities", "deal", "fields", "name"), Profile):
        assert f"`{name}`" in text, name


def test_the_profile_of_files_in_the_documents_can_be_followed() -> None:
    text = (_TOP / "docs" / "sbercrm.md").read_text()
    shown = text.partition("```yaml\n")[2].partition("```")[0]
    assert set(reading.read(shown).entities) == {"company", "deal"}
