"""The Python end: an ordinary Celery app, with the tasks of the classic and some that tell what they see.

A worker of it:  OVERLAP_URL=redis://127.0.0.1:6379/0 python3 -m celery -A interop_app worker
Settings beyond the URL come as one JSON object in OVERLAP_CONF.
"""
import json
import os
import time

from celery import Celery
from celery.signals import task_postrun, task_prerun


class VideoError(Exception):
    """Has several arguments, one of them a mapping."""


def make_app(url, **settings):
    app = Celery("interop", broker=url, backend=url, set_as_current=False)
    app.conf.update(accept_content=["json", "msgpack"], result_accept_content=["json", "msgpack"], **settings)

    @app.task(name="tasks.process_video")
    def process_video(path):
        return {"input": path, "output": "processed_" + path, "status": "success"}

    @app.task(name="tasks.add")
    def add(a, b):
        return a + b

    @app.task(name="tasks.fail")
    def fail(message="failed on purpose"):
        raise ValueError(message)

    @app.task(name="tasks.fail_with_many")
    def fail_with_many(name, number):
        raise VideoError(name, number, {"codec": "h264"})

    @app.task(name="tasks.sleep", track_started=True)
    def sleep(seconds):
        time.sleep(seconds)
        return seconds

    @app.task(name="tasks.flaky", bind=True)
    def flaky(self, n):
        if self.request.retries < n:
            raise self.retry(exc=ConnectionError("try %d" % self.request.retries), countdown=0.2, max_retries=9)
        return self.request.retries

    @app.task(name="tasks.echo")
    def echo(value):
        return value

    @app.task(name="tasks.kind")
    def kind(value):
        return type(value).__name__

    @app.task(name="tasks.now")
    def now():
        return time.time()

    @app.task(name="tasks.who")
    def who():
        return "python"

    @app.task(name="tasks.whoami", bind=True)
    def whoami(self):
        request = self.request
        return {"id": request.id, "root_id": request.root_id, "parent_id": request.parent_id, "lang": request.lang,
                "shadow": request.shadow, "tenant": getattr(request, "tenant", None), "timelimit": request.timelimit,
                "argsrepr": request.argsrepr, "kwargsrepr": request.kwargsrepr, "priority": request.delivery_info["priority"]}

    @app.task(name="tasks.progress", bind=True)
    def progress(self):
        self.update_state(state="PROGRESS", meta={"percent": 50})
        return 100

    @app.task(name="tasks.relay")
    def relay(task, args):
        """Calls another task, by name, from within this one."""
        return app.send_task(task, args).id

    @app.task(name="tasks.meet", acks_late=True)
    def meet(place, patience):
        """Ends when two have met: each leaves what the other waits for."""
        server = app.backend.client
        other = server.incr(place) % 2
        server.rpush("%s:%d" % (place, other), "python")
        found = server.blpop("%s:%d" % (place, 1 - other), patience)
        return found[1].decode() if found else None

    @app.task(name="tasks.note", acks_late=True, reject_on_worker_lost=True)
    def note(number, seconds=0):
        time.sleep(seconds)
        return number

    return app


def tell(what, task_id):
    """One short write, so that lines of several processes do not mix."""
    os.write(1, ("%s %s\n" % (what, task_id)).encode())


if os.environ.get("OVERLAP_URL"):
    app = make_app(os.environ["OVERLAP_URL"], **json.loads(os.environ.get("OVERLAP_CONF", "{}")))
    task_prerun.connect(lambda task_id, **_: tell("started", task_id), weak=False)
    task_postrun.connect(lambda task_id, **_: tell("finished", task_id), weak=False)
