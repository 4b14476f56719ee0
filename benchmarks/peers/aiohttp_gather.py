"""Reads every page of a list with aiohttp, as its tutorials do: one session, one gather.

Usage: aiohttp_gather.py LIST LIMIT      (LIMIT 0: no limit on connections)
Prints one JSON object: seconds in the program, pages, bytes.
"""
import asyncio
import json
import sys
import time

import aiohttp


async def read(session, url):
    async with session.get(url) as response:
        response.raise_for_status()
        return len(await response.read())


async def read_all(urls, limit):
    connector = aiohttp.TCPConnector(limit=limit)
    async with aiohttp.ClientSession(connector=connector) as session:
        return await asyncio.gather(*(read(session, url) for url in urls))


def main():
    with open(sys.argv[1], encoding="utf-8") as lines:
        urls = lines.read().split()
    started = time.perf_counter()
    sizes = asyncio.run(read_all(urls, int(sys.argv[2])))
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "items": len(sizes), "bytes": sum(sizes)}))


main()
