"""What we build upon: licences that we may use, and known holes that are asked for."""

from pathlib import Path

import pytest

from audit import holes, licences


def test_every_package_has_a_licence_that_we_may_use() -> None:
    found = licences.found()
    assert len(found) > 60
    assert {name: bad for name, one in found.items() if (bad := licences.refused(one))} == {}


def test_the_list_of_licences_is_current() -> None:
    assert licences.DOCUMENT.read_text() == licences.document(), "write it anew: ./run licences"


@pytest.mark.parametrize(
    "licence", ["GPL-3.0-only", "MIT AND AGPL-3.0-only", "unknown", "SSPL-1.0"]
)
def test_other_licences_are_refused(licence: str) -> None:
    assert licences.refused(licence)
    assert not licences.refused("MPL-2.0 AND (Apache-2.0 OR MIT)")


def test_a_service_that_is_away_is_told_in_a_line_and_fails_only_where_it_has_to_be_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text("uvicorn==0.1.0 --hash=sha256:" + "0" * 64)
    away = ("--osv-url", "http://127.0.0.1:9/", "--vulnerability-service", "osv")
    for wanted, code in (("", 0), ("1", 1)):
        monkeypatch.setenv("KAM_SYNC_REQUIRE_AUDIT", wanted)
        assert holes.look(lock, away) == code
    assert capsys.readouterr().out.splitlines()[0].startswith("audit: the service of known holes")
