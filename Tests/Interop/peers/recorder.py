"""Writes down what workers call and what the orchestrator answers, at its public extension points only."""

import json
import time

from aiohttp import web
from rxon.utils import to_dict

RESULT_FIELDS = ("job_id", "task_id", "worker_id", "origin_worker_id", "status", "error", "metadata", "security")


class Recorder:
    def __init__(self, path: str):
        # Line-buffered: what was written outlives a kill -9.
        self._file = open(path, "a", buffering=1, encoding="utf-8")

    def _write(self, kind: str, **fields) -> None:
        self._file.write(json.dumps({"kind": kind, "at": time.time(), **fields}) + "\n")

    @web.middleware
    async def middleware(self, request: web.Request, handler):
        kind = _kind(request)
        if kind is None:
            return await handler(request)
        response = await handler(request)
        # Only now: the listener takes a body that somebody has read before it for an empty one.
        body = await request.read()
        fields = {"worker": request.headers.get("X-Worker-ID"), "http": response.status}
        if isinstance(response, web.WebSocketResponse):
            self._write("socket_closed", **fields)
            return response
        self._write(kind, **fields, **_details(kind, body, response))
        return response

    async def event(self, sender: str, event) -> None:
        self._write("event", sender=sender, event=to_dict(event))


def _kind(request: web.Request) -> str | None:
    path = request.path
    if path == "/_worker/workers/register":
        return "register"
    if path.startswith("/_worker/workers/") and path.endswith("/tasks/next"):
        return "poll"
    if path.startswith("/_worker/workers/") and request.method == "PATCH":
        return "heartbeat"
    if path == "/_worker/tasks/result":
        return "result"
    if path == "/_worker/events":
        return "event_post"
    if path.startswith("/_worker/auth/"):
        return "token"
    if path.startswith("/_worker/ws/"):
        return "socket"
    return None


def _details(kind: str, body: bytes, response: web.Response) -> dict:
    reply = _json(response.body)
    if kind == "poll" and response.status == 200 and reply:
        return {"task": {name: reply.get(name) for name in ("job_id", "task_id", "type", "metadata")}}
    if kind == "result":
        sent = _json(body) or {}
        return {"size": len(body), "reply": reply, "result": {k: sent[k] for k in RESULT_FIELDS if k in sent}}
    if kind == "register":
        return {"registration": _json(body), "reply": reply}
    if kind == "heartbeat":
        sent = _json(body) or {}
        return {"status": sent.get("status"), "current_tasks": sent.get("current_tasks"), "reply": reply}
    return {"reply": reply} if response.status >= 400 else {}


def _json(body) -> dict | None:
    try:
        return json.loads(body)
    except (TypeError, ValueError):
        return None
