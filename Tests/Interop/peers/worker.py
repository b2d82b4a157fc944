"""A real worker whose skills show what the tests look at.

The worker's own settings come from its environment variables (WORKER_ID, ORCHESTRATOR_URL, WORKER_TOKEN, ...).
On top of them:

    INTEROP_EXECUTIONS  file to which each start of a task is appended, one JSON object a line
    INTEROP_COMMANDS    file to which each custom command is appended, one JSON object a line
"""

import asyncio
import json
import os
import random

from avtomatika_worker import Worker

worker = Worker(worker_type="interop")


def append(variable: str, **fields) -> None:
    # One write to a file opened for appending: lines of several workers do not mix.
    with open(os.environ[variable], "a", encoding="utf-8", buffering=1) as file:
        file.write(json.dumps({"worker": os.environ["WORKER_ID"], **fields}) + "\n")


async def record_execution(context: dict, run):
    append("INTEROP_EXECUTIONS", task=context["task_id"], job=context["job_id"], skill=context["skill_name"])
    return await run()


worker.add_middleware(record_execution)


@worker.skill("echo")
async def echo(params: dict) -> dict:
    return {"status": "success", "data": {"echo": params}}


@worker.skill("fail")
async def fail(params: dict) -> dict:
    return {"status": "failure", "error": {"code": params["code"], "message": params["message"]}}


@worker.skill("progress")
async def progress(params: dict, task_id: str, job_id: str, send_progress, send_event) -> dict:
    steps = params["steps"]
    for step in range(1, steps + 1):
        await send_progress(task_id, job_id, step / steps, f"step {step}")
        await asyncio.sleep(params.get("pause", 0))
    await send_event("milestone", {"steps": steps})
    return {"status": "success", "data": {"steps": steps}}


@worker.skill("big")
async def big(params: dict) -> dict:
    # Seeded and incompressible: the test can make the same text, and no coding on the way shrinks it.
    text = random.Random(params["seed"]).randbytes(params["size"] // 2).hex()
    return {"status": "success", "data": {"text": text}}


@worker.skill("slow")
async def slow(params: dict) -> dict:
    """Runs for a time, or until the file `gate` exists."""
    if gate := params.get("gate"):
        while not os.path.exists(gate):
            await asyncio.sleep(0.2)
    await asyncio.sleep(params.get("seconds", 0))
    return {"status": "success", "data": {"by": os.environ["WORKER_ID"]}}


@worker.on_command("announce")
async def announce(command) -> None:
    append("INTEROP_COMMANDS", command=command.command, params=command.params, task=command.task_id)


if __name__ == "__main__":
    worker.run()
