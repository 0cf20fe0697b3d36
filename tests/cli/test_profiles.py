"""A profile is tried, given as a file, and printed, all by command."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from connectors.sandbox.sbercrm import SberSandbox
from connectors.sandbox.world import MadeUpWorld
from tests.commands import Command
from tests.fakes import profiles


@pytest.fixture(scope="module")
def box() -> Iterator[SberSandbox]:
    """A small tenant."""
    with SberSandbox(MadeUpWorld(size=3, deals=450, contacts=6, today=date(2026, 11, 1))) as box:
        yield box


@pytest.fixture
def sbercrm(tmp_path: Path) -> Path:
    """A profile for it, in a file."""
    path = tmp_path / "sbercrm.yaml"
    path.write_text(profiles.sbercrm())
    return path


def _secrets(box: SberSandbox) -> list[str]:
    return ["--secret", "username=kam_sync", "--secret", f"password={box.token}"]


def test_the_shipped_profile_is_printed_to_start_from(kam_sync: Command) -> None:
    assert kam_sync("source", "profile", "--kind", "sbercrm").out.startswith("# SberCRM by the")
    assert kam_sync("source", "profile", "--kind", "amocrm").code == 2
    assert kam_sync("source", "profile", "--kind", "nobody").code == 2
    assert kam_sync("source", "profile").code == 2


def test_a_source_is_added_tried_and_printed(
    kam_sync: Command, box: SberSandbox, sbercrm: Path
) -> None:
    at = ["--kind", "sbercrm", "--base-url", box.url, "--profile", str(sbercrm)]
    assert kam_sync("source", "add", "sber", *at, *_secrets(box)).code == 0
    assert kam_sync("source", "profile", "sber").out == profiles.sbercrm()
    probed = kam_sync("source", "probe", "sber")
    assert probed.code == 0
    changed = kam_sync("source", "set", "sber", "--profile", str(sbercrm), *_secrets(box))
    assert changed.code == 0
    read = kam_sync("sync", "sber", "--json").document["sources"][0]["nouns"]
    assert read["deal"]["created"] == box.count("deal")


def test_a_probe_says_what_each_step_found_and_shows_nothing_of_anybody(
    kam_sync: Command, box: SberSandbox, sbercrm: Path
) -> None:
    at = ["--kind", "sbercrm", "--base-url", box.url, "--profile", str(sbercrm), *_secrets(box)]
    said = kam_sync("source", "probe", *at, "--json")
    steps = {step["step"]: step for step in said.document["steps"]}
    assert said.document["is_fine"]
    assert steps["deal: list"]["found"].endswith("pages read: 2")
    about = {one["name"]: one for one in steps["company: list"]["attributes"]}
    assert about["inn"] == {"name": "inn", "type": "INN", "empty_percent": 0, "proposed": "inn"}
    assert about["mobilePhone"]["proposed"] == "phones"
    for row in box.books.rows["company"].values():
        assert row["name"] not in said.out
        assert row["inn"] not in said.out


def test_a_probe_that_finds_something_wrong_ends_with_1(
    kam_sync: Command, box: SberSandbox, sbercrm: Path
) -> None:
    sbercrm.write_text(profiles.sbercrm().replace("from: createdDate", "from: name"))
    at = ["--kind", "sbercrm", "--base-url", box.url, "--profile", str(sbercrm)]
    wrong = kam_sync("source", "probe", *at, *_secrets(box))
    assert wrong.code == 1
    assert "FAILED" in wrong.out
    refused = kam_sync("source", "probe", *at, "--secret", "username=a", "--secret", "password=b")
    assert refused.code == 1
    assert "signing in at /auth/login is refused" in " ".join(refused.out.split())


def test_wrong_use_is_told(
    kam_sync: Command, box: SberSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert kam_sync("source", "probe").code == 2
    missing = ["--base-url", box.url, "--profile", str(tmp_path / "none")]
    assert kam_sync("source", "probe", *missing, "--token", "x").code == 2
    bad = tmp_path / "bad.yaml"
    bad.write_text("profile: x\nlimit: 1\n")
    at = ["--base-url", box.url, "--profile", str(bad)]
    told = kam_sync("source", "probe", *at, "--token", "x")
    assert told.code == 2
    assert "строка 2, столбец 1 (limit): limit здесь не бывает (может быть, limits?)" in told.err
    monkeypatch.setenv("KAM_SYNC_LOCALE", "en")
    told = kam_sync("source", "probe", *at, "--token", "x")
    assert "line 2, column 1 (limit): limit is not known here (did you mean limits?)" in told.err
    assert kam_sync("source", "probe", *at, "--secret", "x").code == 2
    amo = kam_sync("source", "probe", "--kind", "amocrm", *at, "--token", "x")
    assert (amo.code, "kind amocrm: it is not read by a profile" in amo.err) == (2, True)


@pytest.mark.parametrize("text", ["", "\n \n", "\ufeff"])
def test_an_empty_profile_is_refused_and_not_taken_for_the_shipped_one(
    kam_sync: Command, box: SberSandbox, sbercrm: Path, text: str
) -> None:
    empty = sbercrm.with_name("empty.yaml")
    empty.write_text(text)
    at = ["--kind", "generic", "--base-url", box.url, "--token", box.token]
    said = kam_sync("source", "add", "other", *at, "--profile", str(empty))
    assert (said.code, "empty.yaml: файл пуст" in said.err) == (2, True)
    typed = kam_sync("source", "add", "other", *at, "--set", "profile=")
    assert (typed.code, "текст пуст" in typed.err) == (2, True)
    assert kam_sync("source", "list", "--json").document == {"sources": []}


def test_a_filter_that_is_ignored_fails_the_probe(kam_sync: Command, tmp_path: Path) -> None:
    path = tmp_path / "generic.yaml"
    path.write_text(profiles.generic())
    world = MadeUpWorld(size=3, deals=60, contacts=6, today=date(2026, 11, 1))
    with SberSandbox(world, filter_="ignored") as box:
        at = ["--base-url", box.url, "--profile", str(path), "--token", box.token, "--json"]
        said = kam_sync("source", "probe", *at)
    failed = [step["found"] for step in said.document["steps"] if not step["is_fine"]]
    assert failed
    assert all("the filter is ignored" in found for found in failed)
