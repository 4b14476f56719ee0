"""Runs what a line of JSON holds as the body of a function that has a Celery app, and prints what it returns as a line of JSON.

Each line: {"url": where the app's broker and backend are, "settings": of the app, "code": the body}. Ends with its input.
"""
import datetime
import decimal
import importlib
import json
import os
import sys
import textwrap
import traceback
import uuid

import celery
import redis

apps = {}


def load(url, settings):
    """An app takes its place from the environment when it is imported, as a user's does: each gets modules of its own."""
    os.environ.update(OVERLAP_BROKER=url, OVERLAP_CONF=settings)
    for module in ("interop_app", "video_queue"):
        sys.modules.pop(module, None)
    return importlib.import_module("interop_app").app


def run(url, settings, code):
    key = (url, json.dumps(settings, sort_keys=True))
    if key not in apps:
        apps[key] = load(*key)
    app = apps[key]
    app.set_current()
    names = {name.rpartition(".")[2]: task for name, task in app.tasks.items() if name.startswith("tasks.")}
    names.update(app=app, celery=celery, datetime=datetime, decimal=decimal, uuid=uuid, json=json, server=redis.from_url(url),
                 group=celery.group, chain=celery.chain, chord=celery.chord, AsyncResult=app.AsyncResult, patience=30)
    exec("def body():\n" + textwrap.indent(textwrap.dedent(code), "    "), names)
    return names["body"]()


for line in sys.stdin:
    asked = json.loads(line)
    try:
        answer = {"value": run(asked["url"], asked["settings"], asked["code"])}
    except BaseException as exception:
        answer = {"type": type(exception).__name__, "module": type(exception).__module__, "args": list(exception.args),
                  "traceback": traceback.format_exc()}
    print(json.dumps(answer, default=repr), flush=True)
