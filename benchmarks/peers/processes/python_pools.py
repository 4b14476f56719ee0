"""Python's process pools as its own documentation uses them, measured inside the program, a round for each line read.

Usage: python_pools.py JOB WORKERS
Reads the number of items of a round from each line; prints one JSON object for it: seconds in the program, items, and what else the job counts.
The pool is made and warmed before the first line, so that no round pays for it; the jobs that break it make a new one, off the clock.
"""
import json
import multiprocessing
import os
import signal
import sys
import time
from concurrent.futures import ProcessPoolExecutor

GATHERED_TOGETHER = 5_000
ARGUMENT_BYTES = 100_000_000
QUEUED_CALLS = 2_000
KILLED_CALL = 1_000

# Written to in one piece and without a lock: the writer is killed as soon as it was heard.
heard, told = os.pipe()


def same(value):
    return value


def weigh(data):
    return len(data) + data[0] + data[-1]


def wait_to_be_killed(_):
    os.write(told, os.getpid().to_bytes(4, "little"))
    signal.pause()


def same_but_one(value):
    if value == KILLED_CALL:
        os.kill(os.getpid(), signal.SIGKILL)
    return value


def check(condition, failure):
    if not condition:
        raise SystemExit(failure)


def timed(work):
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


class Executor:
    """Jobs on one concurrent.futures.ProcessPoolExecutor."""

    def __init__(self, workers):
        self.pool = ProcessPoolExecutor(max_workers=workers)
        list(self.pool.map(same, range(1_000)))
        self.data = None

    def close(self):
        self.pool.shutdown()

    def gather(self, items):
        def submit_and_gather():
            total = 0
            for _ in range(items // GATHERED_TOGETHER):
                futures = [self.pool.submit(same, 1) for _ in range(GATHERED_TOGETHER)]
                total += sum(future.result() for future in futures)
            return total

        seconds, total = timed(submit_and_gather)
        check(total == items, f"{total} of {items} calls were done")
        return {"seconds": seconds}

    def roundtrip(self, items):
        seconds, total = timed(lambda: sum(self.pool.submit(same, 1).result() for _ in range(items)))
        check(total == items, f"{total} of {items} calls were done")
        return {"seconds": seconds}

    def map_chunks(self, items):
        seconds, results = timed(lambda: list(self.pool.map(same, range(items), chunksize=100)))
        check(results == list(range(items)), "the results are not those of the items")
        return {"seconds": seconds}

    def argument(self, items):
        self.data = self.data or b"\1" * ARGUMENT_BYTES
        seconds, total = timed(lambda: sum(self.pool.submit(weigh, self.data).result() for _ in range(items)))
        check(total == items * (ARGUMENT_BYTES + 2), "the argument did not arrive")
        return {"seconds": seconds}


class BrokenExecutors:
    """Jobs that cost a ProcessPoolExecutor its life."""

    def __init__(self, workers):
        self.workers = workers

    def close(self):
        pass

    def killed(self, items):
        seconds = 0.0
        for _ in range(items):
            with ProcessPoolExecutor(max_workers=1) as pool:
                future = pool.submit(wait_to_be_killed, 0)
                worker = int.from_bytes(os.read(heard, 4), "little")
                started = time.perf_counter()
                os.kill(worker, signal.SIGKILL)
                check(future.exception() is not None, "a killed call gave a result")
                seconds += time.perf_counter() - started
        return {"seconds": seconds}

    def lost(self, items):
        counts = [self.lose() for _ in range(items)]
        return {"seconds": 0.0, "fewestLost": min(counts), "mostLost": max(counts)}

    def lose(self):
        lost = 0
        with ProcessPoolExecutor(max_workers=self.workers) as pool:
            futures = []
            for value in range(QUEUED_CALLS):
                try:
                    futures.append(pool.submit(same_but_one, value))
                except Exception:
                    lost += 1
            return lost + sum(future.exception() is not None for future in futures)


class Pool:
    """Jobs on one multiprocessing.Pool."""

    def __init__(self, workers):
        self.pool = multiprocessing.Pool(workers)
        self.pool.map(same, range(1_000))

    def close(self):
        self.pool.terminate()

    def map_automatic(self, items):
        seconds, results = timed(lambda: self.pool.map(same, range(items)))
        check(results == list(range(items)), "the results are not those of the items")
        return {"seconds": seconds}


JOBS = {
    "gather": (Executor, Executor.gather),
    "roundtrip": (Executor, Executor.roundtrip),
    "map-chunks": (Executor, Executor.map_chunks),
    "argument": (Executor, Executor.argument),
    "killed": (BrokenExecutors, BrokenExecutors.killed),
    "lost": (BrokenExecutors, BrokenExecutors.lost),
    "map-automatic": (Pool, Pool.map_automatic),
}


def main():
    pools, job = JOBS[sys.argv[1]]
    pool = pools(int(sys.argv[2]))
    for line in sys.stdin:
        items = int(line)
        print(json.dumps({"items": items, **job(pool, items)}), flush=True)
    pool.close()


if __name__ == "__main__":
    main()
