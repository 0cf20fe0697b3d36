"""Posts webhooks at a steady rate: `python -m benchmarks.hook_load URL RATE SECONDS CONNECTIONS`.

A process of its own, so that it shares nothing with what it measures. Each post has its moment,
whatever became of those before it; its time counts from that moment, so that waiting for a free
connection counts too. Prints one JSON document: statuses, seconds, and the numbers that were
accepted. 0 stands for no answer.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

_TIMEOUT = 5.0


@dataclass
class Load:
    """What is sent where, and what came back."""

    host: str
    port: int
    path: str
    moments: asyncio.Queue[tuple[int, float]] = field(default_factory=asyncio.Queue)
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    accepted: list[int] = field(default_factory=list)


def body_of(number: int) -> bytes:
    """A deal as amoCRM tells of it, about 1.5 kB; the number is told again as its name."""
    deal = {
        "id": 5_000_001 + number % 2_000, "name": f"hook-{number}", "status_id": 142,
        "pipeline_id": 3_300, "price": 125_000, "responsible_user_id": 701,
        "last_modified": 1_790_000_000, "updated_at": 1_790_000_000, "account_id": 30_000_001,
    }  # fmt: skip
    fields = {f"leads[update][0][{name}]": value for name, value in deal.items()}
    for place in range(8):
        fields[f"leads[update][0][custom_fields][{place}][id]"] = 9_001 + place
        fields[f"leads[update][0][custom_fields][{place}][values][0][value]"] = "Договор"
    return urlencode(fields).encode()


async def main(url: str, rate: float, seconds: float, connections: int) -> None:
    """Send, wait for the last answers, tell."""
    parts = urlsplit(url)
    load = Load(parts.hostname or "", parts.port or 80, parts.path)
    senders = [asyncio.create_task(_send(load)) for _ in range(connections)]
    began = time.perf_counter()
    for number in range(int(rate * seconds)):
        due = began + number / rate
        with suppress(ValueError):
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
        load.moments.put_nowait((number, due))
    await load.moments.join()
    took = time.perf_counter() - began
    for sender in senders:
        sender.cancel()
    document = {
        "statuses": load.statuses, "seconds": load.seconds, "accepted": load.accepted,
        "took": took,
    }  # fmt: skip
    print(json.dumps(document))


async def _send(load: Load) -> None:
    pipe: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    while True:
        number, due = await load.moments.get()
        status = 0
        try:
            async with asyncio.timeout(_TIMEOUT):
                if pipe is None:
                    pipe = await asyncio.open_connection(load.host, load.port)
                status, is_last = await _post(load, pipe, number)
                pipe = None if is_last else pipe
        except (OSError, EOFError, TimeoutError, ValueError):
            pipe = None
        load.statuses[status] += 1
        load.seconds.append(time.perf_counter() - due)
        if status == 200:
            load.accepted.append(number)
        load.moments.task_done()


async def _post(
    load: Load, pipe: tuple[asyncio.StreamReader, asyncio.StreamWriter], number: int
) -> tuple[int, bool]:
    reader, writer = pipe
    body = body_of(number)
    head = (
        f"POST {load.path} HTTP/1.1\r\nHost: {load.host}\r\nContent-Length: {len(body)}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nUser-Agent: amoCRM-Webhooks/3.0\r\n\r\n"
    )
    writer.write(head.encode() + body)
    answer = await reader.readuntil(b"\r\n\r\n")
    lines = answer.decode("latin-1").lower().split("\r\n")
    length = next((int(one[15:]) for one in lines if one.startswith("content-length:")), 0)
    if length:
        await reader.readexactly(length)
    is_last = "connection: close" in lines
    if is_last:
        writer.close()
    return int(answer[9:12]), is_last


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])))
