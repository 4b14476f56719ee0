"""Celery as its own documentation uses it, over one Redis, measured inside the program, a round for each line read.

Usage: celery_queue.py JOB URL     with JOB one of enqueue, drain-stored, drain-ignored, roundtrip, memory
Reads the number of calls of a round from each line; prints one JSON object for it. Its worker, where it has one, is "celery worker -c 2".
A drain is timed from the first call that is done to the last, so that no start of a worker is in it; the other jobs keep one worker for all rounds.
"""
import json
import os
import subprocess
import sys
import time

from celery import Celery

# The worker imports this file too, with arguments of its own.
URL = os.environ.get("QUEUE_URL") or sys.argv[2]
app = Celery("celery_queue", broker=URL, backend=URL)
app.conf.worker_hijack_root_logger = False


@app.task(name="tasks.noop")
def noop():
    pass


@app.task(name="tasks.add")
def add(a, b):
    return a + b


class Worker:
    def __init__(self):
        environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
        environment.update(QUEUE_URL=URL, C_FORCE_ROOT="1", PYTHONDONTWRITEBYTECODE="1")
        command = [sys.executable, "-W", "ignore", "-m", "celery", "-A", "celery_queue", "worker", "-c", "2", "-l", "ERROR"]
        self.process = subprocess.Popen(command, cwd=os.path.dirname(os.path.abspath(__file__)), env=environment,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop(self):
        self.process.terminate()
        self.process.wait()


def check(condition, failure):
    if not condition:
        raise SystemExit(failure)


def enqueue(items):
    server.delete("celery")
    started = time.perf_counter()
    for _ in range(items):
        noop.delay()
    seconds = time.perf_counter() - started
    check(server.llen("celery") == items, "not all calls were queued")
    server.flushdb()
    return {"seconds": seconds}


def drain(items, ignored):
    for _ in range(items):
        noop.apply_async(ignore_result=ignored)
    worker = Worker()
    first = None
    while True:
        left = server.llen("celery") + server.hlen("unacked")
        now = time.perf_counter()
        check(worker.process.poll() is None, "the worker has ended")
        if first is None and left < items:
            first, done_by_then = now, items - left
        if left == 0:
            break
        time.sleep(0.02)
    seconds = (now - first) * items / (items - done_by_then)
    worker.stop()
    server.flushdb()
    return {"seconds": seconds}


def roundtrip(items):
    times = []
    for _ in range(items):
        started = time.perf_counter()
        check(add.delay(2, 2).get(timeout=60) == 4, "a wrong sum")
        times.append(time.perf_counter() - started)
    times.sort()
    return {"seconds": sum(times), "p50": times[items // 2] * 1e3, "p99": times[items * 99 // 100] * 1e3}


def memory(items):
    """What the worker's processes have for themselves, and their share of what they have together."""
    processes = [worker.process.pid]
    processes += [int(child) for child in open(f"/proc/{worker.process.pid}/task/{worker.process.pid}/children").read().split()]
    kibibytes = 0
    for process in processes:
        kibibytes += next(int(line.split()[1]) for line in open(f"/proc/{process}/smaps_rollup") if line.startswith("Pss:"))
    return {"seconds": 1.0, "mebibytes": kibibytes / 1024}


if __name__ == "__main__":
    JOB = sys.argv[1]
    server = app.backend.client
    server.flushdb()
    worker = None
    if JOB in ("roundtrip", "memory"):
        worker = Worker()
        for _ in range(50):
            add.delay(2, 2).get(timeout=60)
    jobs = {"enqueue": enqueue, "roundtrip": roundtrip, "memory": memory,
            "drain-stored": lambda items: drain(items, False), "drain-ignored": lambda items: drain(items, True)}
    for line in sys.stdin:
        count = int(line)
        print(json.dumps({**jobs[JOB](count), "items": count}), flush=True)
    if worker:
        worker.stop()
