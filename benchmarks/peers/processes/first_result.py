"""The time from making a ProcessPoolExecutor to its first result, in a program just started.

Usage: first_result.py METHOD WORKERS      (METHOD: spawn, or fork)
Prints one JSON object: seconds in the program, items.
"""
import json
import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor


def same(value):
    return value


def main():
    started = time.perf_counter()
    with ProcessPoolExecutor(max_workers=int(sys.argv[2]), mp_context=multiprocessing.get_context(sys.argv[1])) as pool:
        done = pool.submit(same, 1).result()
        seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "items": done}))


if __name__ == "__main__":
    main()
