"""Answers that would fill our memory, never end, or repeat what they were sent."""

import gzip
import tracemalloc
import zlib
from collections.abc import Iterator
from datetime import date

import pytest

from connectors.kit import bodies, pace
from connectors.kit.auth import Proof, basic, bearer
from connectors.kit.errors import NeedsPerson, Refused, RetryLater
from connectors.kit.http import CrmHttp
from connectors.kit.pace import Pace
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.faults import Fault
from connectors.sandbox.world import MadeUpWorld

TOKEN = "the-token/that+nobody-sees"
LISTED = b'{"_embedded": {"leads": [1, 2, 3]}}'


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[AmoSandbox]:
    monkeypatch.setattr(pace, "sleep", lambda _: None)
    monkeypatch.setattr(bodies, "MOST_BYTES", 4 * 1024 * 1024)
    with AmoSandbox(MadeUpWorld(size=1, today=date(2026, 11, 1)), token=TOKEN) as box:
        yield box


@pytest.fixture
def crm(box: AmoSandbox) -> Iterator[CrmHttp]:
    http = CrmHttp(box.url, proof=bearer(TOKEN), turns=Pace(0), tries=1)
    yield http
    http.close()


def answers(box: AmoSandbox, body: bytes, packing: str = "", status: int = 200) -> None:
    headers = (("content-encoding", packing),) if packing else ()
    box.faults.append(Fault(status=status, body=body, headers=headers))


def raw_deflate(text: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(text) + packer.flush()


@pytest.mark.parametrize(
    ("packing", "packed"),
    [("", LISTED), ("gzip", gzip.compress(LISTED)), ("deflate", zlib.compress(LISTED)),
     ("deflate", raw_deflate(LISTED)), ("GZIP", gzip.compress(LISTED))],
    ids=["plain", "gzip", "zlib", "deflate", "large letters"],
)  # fmt: skip
def test_an_answer_is_unpacked(box: AmoSandbox, crm: CrmHttp, packing: str, packed: bytes) -> None:
    answers(box, packed, packing)
    assert crm.get("/api/v4/leads").data == {"_embedded": {"leads": [1, 2, 3]}}


def test_a_bomb_is_let_go_before_it_fills_the_memory(box: AmoSandbox, crm: CrmHttp) -> None:
    answers(box, gzip.compress(bytes(200 * 1024 * 1024), 9), "gzip")
    tracemalloc.start()
    with pytest.raises(RetryLater, match="the answer is larger than 4 MiB"):
        crm.get("/api/v4/leads")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 * 1024 * 1024


@pytest.mark.parametrize("packing", ["gzip, gzip", "br", "zstd", "compress"])
def test_what_is_packed_as_nobody_asked_is_not_unpacked(
    box: AmoSandbox, crm: CrmHttp, packing: str
) -> None:
    answers(box, gzip.compress(gzip.compress(LISTED)), packing)
    with pytest.raises(RetryLater, match="packed as .*, which we never take"):
        crm.get("/api/v4/leads")


def test_a_broken_package_is_told(box: AmoSandbox, crm: CrmHttp) -> None:
    answers(box, gzip.compress(LISTED)[:14] + b"\0" * 30, "gzip")
    with pytest.raises(RetryLater, match="cannot be unpacked"):
        crm.send("POST", "/api/v4/leads", [])
    answers(box, b"no gzip at all", "gzip")
    with pytest.raises(RetryLater, match="cannot be unpacked") as caught:
        crm.send("POST", "/api/v4/leads", [])
    assert caught.value.is_unsure


def test_an_answer_that_drips_for_ever_is_let_go(
    box: AmoSandbox, crm: CrmHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "_LONGEST", -1.0)
    answers(box, LISTED)
    with pytest.raises(RetryLater, match="no answer in time"):
        crm.get("/api/v4/leads")


def test_an_error_that_repeats_our_secret_is_read_without_it(box: AmoSandbox, crm: CrmHttp) -> None:
    answers(box, b'{"detail": "bad the-token\\/that+nobody-sees"}', status=400)
    with pytest.raises(Refused) as caught:
        crm.get("/api/v4/leads")
    assert caught.value.data == {"detail": "bad ..."}


def test_a_proof_knows_all_its_secrets() -> None:
    assert set(basic("user:a-password").secrets) >= {"user:a-password", "a-password"}
    assert Proof(fields={"auth": "in-a-body"}, hidden=("in-an-address", "x")).secrets == (
        "in-an-address", "in-a-body",
    )  # fmt: skip


@pytest.mark.parametrize(
    "way", ["{0}/api", "HTTP://{1}/api", "http://user@{2}/api", "http:{0}", "http://[x"]
)
def test_no_other_host_is_told_a_secret_whatever_stands_for_a_path(
    box: AmoSandbox, crm: CrmHttp, way: str
) -> None:
    with AmoSandbox(MadeUpWorld(size=1, today=date(2026, 11, 1))) as other:
        path = way.format(other.url, other.host, box.host)
        with pytest.raises((NeedsPerson, RetryLater)):
            crm.get(path)
        assert not list(other.requests)


def test_a_redirect_is_not_followed(box: AmoSandbox, crm: CrmHttp) -> None:
    with AmoSandbox(MadeUpWorld(size=1, today=date(2026, 11, 1))) as other:
        where = (("location", f"{other.url}/api/v4/leads"),)
        box.faults.append(Fault(status=302, headers=where))
        with pytest.raises(RetryLater, match="answered 302"):
            crm.get("/api/v4/leads")
        assert not list(other.requests)


def test_what_follows_the_end_of_a_packed_answer_is_not_read() -> None:
    parts = iter([gzip.compress(LISTED), *[b"x" * 1024] * 100])
    assert b"".join(bodies._inflated(parts)) == LISTED
    assert len(list(parts)) == 100
