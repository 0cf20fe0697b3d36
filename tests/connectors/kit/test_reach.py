"""Cursors that are in the stores of our users go on being read."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest

from connectors.amocrm.cursor import Reach as AmoReach
from connectors.bitrix24.cursor import Reach as BitrixReach
from connectors.kit.reach import Kept, ListReach
from connectors.megaplan.walks import Reach as MegaplanReach
from connectors.onec.reading import Reach as OnecReach
from connectors.profiled.progress import Progress
from connectors.profiled.walking import Place

T0 = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (
            AmoReach,
            '{"since":"2026-11-01T00:00:00Z","heard":"2026-11-01T00:00:00Z",'
            '"whole":"2026-10-30T00:00:00Z","until":"2026-11-02T00:00:00Z","path":"leads",'
            '"page":3,"out":["customers"]}',
        ),
        (
            BitrixReach,
            '{"since":"2026-11-01T00:00:00Z","whole":"2026-10-30T00:00:00Z",'
            '"until":"2026-11-02T00:00:00Z","place":"task/","after":7,"is_whole":true,'
            '"left":["todo/"],"process":"abc"}',
        ),
        (
            MegaplanReach,
            '{"since":"2026-11-01T00:00:00Z","whole":"2026-10-30T00:00:00Z",'
            '"until":"2026-11-02T00:00:00Z","path":"deal","after":[["Deal","7"]]}',
        ),
        (
            OnecReach,
            '{"whole":"2026-10-30T00:00:00Z","began":"2026-11-02T00:00:00Z","of":"0a1b",'
            '"role":"bank","since":"2026-11-01T00:00:00","digests":{"bank":{"2026-11-01":"c3"}}}',
        ),
    ],
)
def test_a_cursor_of_an_older_version_is_read_and_kept_as_it_was(
    kind: type[Kept], text: str
) -> None:
    found = kind.read(text)
    assert orjson.loads(found.kept()) == orjson.loads(text)


def test_a_cursor_of_an_older_version_of_profiles_is_read() -> None:
    text = (
        '{"since":"2026-11-01T00:00:00+00:00","began":null,'
        '"place":{"read":3,"tail":["a"],"next":null,"size":2}}'
    )
    assert Progress.read(text) == Progress(since=T0, place=Place(3, ("a",), None, 2))
    assert Progress.read('{"no":"sense"}') == Progress.read("[]") == Progress()


def test_all_is_due_once_in_a_while_and_not_in_the_first_walk() -> None:
    week = timedelta(days=7)
    read = ListReach(whole=T0)
    assert [read.is_due(week, T0 + timedelta(days=days)) for days in (6, 7)] == [False, True]
    assert not read.is_due(timedelta(0), T0 + timedelta(days=99))
    assert not ListReach().is_due(week, T0)
