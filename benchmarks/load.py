"""A load of candidates who save answers as fast as they are acknowledged.

`python -m benchmarks.load` reads a plan from standard input and writes what it measured to
standard output. It runs in a process of its own and speaks HTTP over plain streams, so that it
costs the server as little as it can.
"""

import asyncio
import json
import sys
from time import perf_counter
from typing import Any
from urllib.parse import urlencode

LONGEST = 60.0


async def save(
    streams: tuple[asyncio.StreamReader, asyncio.StreamWriter], candidate: dict[str, Any], turn: int
) -> int:
    """Send one answer form; return the status of the reply."""
    reader, writer = streams
    form = {
        **candidate["form"],
        "request": f"load-{turn}",
        "choice": candidate["options"][turn % 4],
    }
    body = urlencode(form).encode()
    head = (
        f"POST {candidate['path']} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {candidate['cookie']}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    await writer.drain()
    status = int((await reader.readline()).split()[1])
    length = 0
    while (line := await reader.readline()) != b"\r\n":
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    await reader.readexactly(length)
    return status


async def candidate_saves(
    plan: dict[str, Any], candidate: dict[str, Any], until: float, first: int
) -> tuple[list[float], list[int]]:
    """Save until the time is over; return each reply's seconds and its status."""
    streams = await asyncio.open_connection(plan["host"], plan["port"])
    seconds, statuses, turn = [], [], first
    while perf_counter() < until:
        began = perf_counter()
        statuses.append(await save(streams, candidate, turn))
        seconds.append(perf_counter() - began)
        turn += 1
    streams[1].close()
    return seconds, statuses


async def run(plan: dict[str, Any]) -> dict[str, float]:
    """Run the plan and return answers a second, the median and the 99th percentile in ms."""
    length = min(float(plan["seconds"]), LONGEST)
    began = perf_counter()
    found = await asyncio.gather(
        *(
            candidate_saves(plan, candidate, began + length, plan["first"])
            for candidate in plan["candidates"]
        )
    )
    took = perf_counter() - began
    seconds = sorted(one for times, _ in found for one in times)
    refused = sum(status != 303 for _, statuses in found for status in statuses)
    return {
        "rate": (len(seconds) - refused) / took,
        "median": seconds[len(seconds) // 2] * 1000,
        "p99": seconds[int(len(seconds) * 0.99)] * 1000,
        "refused": refused,
    }


if __name__ == "__main__":
    json.dump(asyncio.run(run(json.load(sys.stdin))), sys.stdout)
