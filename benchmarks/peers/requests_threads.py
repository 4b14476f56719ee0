"""Reads every page of a list with requests on a pool of threads, as its tutorials do: one session for each thread.

Usage: requests_threads.py LIST WORKERS
Prints one JSON object: seconds in the program, pages, bytes.
"""
import concurrent.futures
import json
import sys
import threading
import time

import requests

local = threading.local()


def read(url):
    if not hasattr(local, "session"):
        local.session = requests.Session()
    with local.session.get(url) as response:
        response.raise_for_status()
        return len(response.content)


def main():
    with open(sys.argv[1], encoding="utf-8") as lines:
        urls = lines.read().split()
    started = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(max_workers=int(sys.argv[2])) as pool:
        sizes = list(pool.map(read, urls))
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "items": len(sizes), "bytes": sum(sizes)}))


main()
