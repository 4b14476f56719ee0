"""The app of the sample, video_queue.py, with tasks beside its own that tell what they see.

A worker of it:  OVERLAP_BROKER=redis://127.0.0.1:6379/0 python3 -m celery -A interop_app worker
Settings come as one JSON object in OVERLAP_CONF.
"""
import json
import os
import time

from celery.signals import task_postrun, task_prerun
from video_queue import app

app.conf.update(accept_content=["json", "msgpack"], result_accept_content=["json", "msgpack"],
                **json.loads(os.environ.get("OVERLAP_CONF", "{}")))


class VideoError(Exception):
    """Has several arguments, one of them a mapping."""


@app.task(name="tasks.fail_with_many")
def fail_with_many(name, number):
    raise VideoError(name, number, {"codec": "h264"})


@app.task(name="tasks.hold", track_started=True)
def hold(seconds):
    time.sleep(seconds)


@app.task(name="tasks.stumble", bind=True, autoretry_for=(OSError,), retry_backoff=False, default_retry_delay=0.1, max_retries=9)
def stumble(self, n):
    """Is retried by itself, and not because it asks for it; tasks.flaky of the sample asks."""
    if self.request.retries < n:
        raise OSError("try %d" % self.request.retries)
    return self.request.retries


@app.task(name="tasks.kind")
def kind(value):
    return type(value).__name__


@app.task(name="tasks.now")
def now():
    return time.time()


@app.task(name="tasks.whoami", bind=True)
def whoami(self):
    request = self.request
    return {"id": request.id, "root_id": request.root_id, "parent_id": request.parent_id, "lang": request.lang,
            "shadow": request.shadow, "tenant": getattr(request, "tenant", None), "timelimit": request.timelimit,
            "argsrepr": request.argsrepr, "kwargsrepr": request.kwargsrepr, "priority": request.delivery_info["priority"],
            "routing_key": request.delivery_info["routing_key"], "ignore_result": request.ignore_result}


@app.task(name="tasks.progress", bind=True)
def progress(self):
    self.update_state(state="PROGRESS", meta={"percent": 50})
    return 100


@app.task(name="tasks.relay")
def relay(task, args):
    """Calls another task, by name, from within this one."""
    return app.send_task(task, args).id


@app.task(name="tasks.meet", bind=True)
def meet(self, place, then, value):
    """Goes on when two have met, at its first try: each leaves what the other waits for. What it does then is said."""
    if place and self.request.retries == 0:
        server = app.backend.client
        other = server.incr(place) % 2
        server.rpush("%s:%d" % (place, other), "python")
        if not server.blpop("%s:%d" % (place, 1 - other), 30):
            raise LookupError("nobody came")
        server.rpush(place + ":met", "python")
    if then == "fail":
        raise ValueError(value)
    if then == "hold":
        time.sleep(600)
    if then == "retry" and self.request.retries < 2:
        raise self.retry(exc=OSError("again"), countdown=0.05, max_retries=9)
    return {"by": "python", "id": self.request.id, "value": value, "tenant": getattr(self.request, "tenant", None),
            "priority": self.request.delivery_info["priority"]}


@app.task(name="tasks.note", reject_on_worker_lost=True)
def note(number, seconds=0):
    time.sleep(seconds)
    return number


def tell(what, task_id):
    """One short write, so that lines of several processes do not mix."""
    os.write(1, ("%s %s\n" % (what, task_id)).encode())


if os.environ.get("OVERLAP_TELLS"):
    task_prerun.connect(lambda task_id, **_: tell("started", task_id), weak=False)
    task_postrun.connect(lambda task_id, **_: tell("finished", task_id), weak=False)
