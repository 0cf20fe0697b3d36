"""Reads the body of an answer: never more of it, nor for longer, than any honest one takes.

httpx unpacks a body without an end: a few kilobytes can become gigabytes, and packed twice, more.
"""

import time
import zlib
from collections.abc import Iterable, Iterator

import httpx

from connectors.kit.errors import ErrorKind, RetryLater

ACCEPTED = "gzip, deflate"
"""What we ask for, and all that we unpack."""
MOST_BYTES = 128 * 1024 * 1024
"""Of one answer, unpacked; a page of the largest lists has less than ten megabytes."""
_LONGEST = 600.0
"""Seconds for one answer; a limit of its own for each read would let it drip for days."""
_STEP = 256 * 1024
_ANY_HEADER = 47
"""zlib's word for: gzip or zlib, as the first bytes say."""
_NO_HEADER = -15


def whole(where: str, response: httpx.Response, hidden: Iterable[str] = ()) -> httpx.Response:
    """The same answer, read and unpacked, and without the secrets that it may repeat.

    Raises:
        RetryLater: it is too large, takes too long, or is packed in a way that we did not ask for.
    """
    body = b"".join(_parts(where, response))
    for secret in hidden:
        body = body.replace(secret.encode(), b"...")
        body = body.replace(secret.replace("/", "\\/").encode(), b"...")  # as PHP writes it
    headers = [
        (name, value)
        for name, value in response.headers.multi_items()
        if name not in {"content-encoding", "content-length", "transfer-encoding"}
    ]
    return httpx.Response(
        response.status_code, headers=headers, content=body, request=response.request
    )


def _parts(where: str, response: httpx.Response) -> Iterator[bytes]:
    ends_at, size = time.monotonic() + _LONGEST, 0
    for part in _unpacked(where, response):
        size += len(part)
        if size > MOST_BYTES:
            raise _unreadable(f"{where}: the answer is larger than {MOST_BYTES >> 20} MiB")
        if time.monotonic() > ends_at:
            raise RetryLater(f"{where}: no answer in time", is_away=True, kind=ErrorKind.NO_ANSWER)
        yield part


def _unpacked(where: str, response: httpx.Response) -> Iterator[bytes]:
    packing = response.headers.get("content-encoding", "").strip().lower()
    if packing in {"", "identity"} or response.is_stream_consumed:
        yield from response.iter_bytes(_STEP)
        return
    if packing not in {"gzip", "x-gzip", "deflate"}:
        raise _unreadable(f"{where}: the answer is packed as {packing[:40]!r}, which we never take")
    try:
        yield from _inflated(response.iter_raw())
    except zlib.error as error:
        raise _unreadable(f"{where}: the answer cannot be unpacked") from error


def _inflated(packed: Iterable[bytes]) -> Iterator[bytes]:
    """Unpack step by step, so that no step becomes more than we hold."""
    unpacker = zlib.decompressobj(_ANY_HEADER)
    is_first = True
    for part in packed:
        rest = part
        while rest:
            try:
                found = unpacker.decompress(rest, _STEP)
            except zlib.error:
                if not is_first:
                    raise
                unpacker = zlib.decompressobj(_NO_HEADER)  # deflate as some servers mean it
                found = unpacker.decompress(rest, _STEP)
            is_first, rest = False, unpacker.unconsumed_tail
            yield found
            if unpacker.eof:
                return  # what follows belongs to no answer, and would pile up in the unpacker
    yield unpacker.flush()


def _unreadable(said: str) -> RetryLater:
    return RetryLater(said, kind=ErrorKind.UNREADABLE)
