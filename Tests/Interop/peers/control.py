"""The tests' way into the orchestrator: what a program that embeds the engine could do itself."""

import os
import time
from uuid import uuid4

from aiohttp import web
from orjson import dumps
from rxon.security import sign_payload


def control_application(engine) -> web.Application:
    control = Control(engine)
    app = web.Application(client_max_size=64 << 20)
    app.router.add_post("/jobs", control.create_jobs)
    app.router.add_post("/states", control.states)
    app.router.add_post("/cancel", control.cancel_job)
    app.router.add_post("/command", control.send_command)
    app.router.add_post("/task", control.enqueue_task)
    app.router.add_get("/workers", control.workers)
    return app


class Control:
    def __init__(self, engine):
        self.engine = engine

    async def create_jobs(self, request: web.Request) -> web.Response:
        body = await request.json()
        create = self.engine.create_background_job
        return _answer([await create(body["blueprint"], data, source="interop") for data in body["jobs"]])

    async def states(self, request: web.Request) -> web.Response:
        return _answer({job: await self.engine.storage.get_job_state(job) for job in await request.json()})

    async def cancel_job(self, request: web.Request) -> web.Response:
        return _answer(await self.engine.cancel_job((await request.json())["job_id"]))

    async def send_command(self, request: web.Request) -> web.Response:
        body = await request.json()
        return _answer(await self.engine.ws_manager.send_command(body["worker_id"], body["command"]))

    async def enqueue_task(self, request: web.Request) -> web.Response:
        """Queues a job's task for a worker that does not offer its skill, which the dispatcher would not do."""
        body = await request.json()
        job_id, task_id, skill = str(uuid4()), f"task-{uuid4()}", body["type"]
        state = {
            "id": job_id,
            "blueprint_name": "single",
            "status": "waiting_for_worker",
            "current_state": "start",
            "current_task_id": task_id,
            "current_task_info": {"type": skill, "params": {}},
            "current_task_transitions": {"success": "finished"},
        }
        task = {
            "job_id": job_id,
            "task_id": task_id,
            "type": skill,
            "params": {},
            "timestamp": int(time.time()),
            "deadline": body["deadline"],
        }
        if secret := os.getenv("ORCHESTRATOR_SECRET_KEY"):
            task["sig"] = sign_payload(task, secret)
        await self.engine.storage.save_job_state(job_id, state)
        await self.engine.storage.enqueue_task_for_worker(body["worker_id"], task, 0.0)
        return _answer(job_id)

    async def workers(self, _request: web.Request) -> web.Response:
        return _answer(await self.engine.storage.get_available_workers())


def _answer(data) -> web.Response:
    return web.Response(body=dumps(data, default=str), content_type="application/json")
