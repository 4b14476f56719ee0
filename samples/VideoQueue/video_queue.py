"""The same app for Celery itself: celery -A video_queue worker, and either side may be replaced by the other.

The broker is that of OVERLAP_BROKER, as redis://localhost:6379/0; results go there too, or to OVERLAP_BACKEND.
"""
import os
import time

from celery import Celery

BROKER = os.environ.get("OVERLAP_BROKER", "redis://localhost:6379/0")

app = Celery("video_queue", broker=BROKER, backend=os.environ.get("OVERLAP_BACKEND", BROKER))
app.conf.task_acks_late = True


@app.task(name="tasks.process_video")
def process_video(path):
    time.sleep(float(os.environ.get("VIDEO_SECONDS", "10")))
    return {"input": path, "output": f"processed_{path}", "status": "success"}


@app.task(name="tasks.add")
def add(a, b):
    return a + b


@app.task(name="tasks.fail")
def fail(message="failed on purpose"):
    raise ValueError(message)


@app.task(name="tasks.sleep")
def sleep(seconds):
    time.sleep(seconds)


@app.task(name="tasks.flaky", bind=True, max_retries=10, default_retry_delay=0.1)
def flaky(self, n):
    if self.request.retries < n:
        raise self.retry(exc=OSError(f"try {self.request.retries + 1} of {n + 1} failed"))
    return self.request.retries + 1


@app.task(name="tasks.echo")
def echo(value):
    return value
