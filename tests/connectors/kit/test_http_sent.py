"""What is sent to a CRM is what was asked for, and is waited for as long as was said."""

import httpx
import respx

from connectors.kit.auth import bearer
from connectors.kit.http import CrmHttp
from connectors.kit.pace import Pace


def _sent(path: str, params: list[tuple[str, str]]) -> httpx.Request:
    http = CrmHttp("https://example.test", proof=bearer("token"), turns=Pace(0), root="/base")
    http.wait_for_answers(150)
    with respx.mock:
        route = respx.get(url__startswith="https://example.test/base/x").respond(200, json={})
        http.get(path, params)
        http.close()
        request: httpx.Request = route.calls.last.request
    return request


def test_a_query_in_the_path_is_sent_as_it_stands() -> None:
    """Some servers do not take a plus for a blank, which is how parameters are written."""
    assert _sent("/x?$filter=a%20eq%20'b'", []).url.raw_path == b"/base/x?$filter=a%20eq%20'b'"
    assert _sent("/x", [("a", "b c")]).url.raw_path == b"/base/x?a=b+c"


def test_an_answer_is_waited_for_as_long_as_was_said() -> None:
    times = _sent("/x", []).extensions["timeout"]
    assert (times["read"], times["connect"]) == (150, 10)
