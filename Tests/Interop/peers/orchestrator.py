"""A real orchestrator with two generic blueprints, and a side HTTP API by which the tests drive it.

The settings of the orchestrator itself come from its own environment variables (API_PORT, GLOBAL_WORKER_TOKEN,
RATE_LIMITING_ENABLED, ...). On top of them:

    INTEROP_CONTROL_PORT  port of the control API, on the loopback interface
    INTEROP_RECORD        file to which every call of a worker is appended, one JSON object a line
    INTEROP_REDIS_PORT    keep the state in this Redis server instead of in memory
"""

import asyncio
import os
import signal

from aiohttp import web
from avtomatika import OrchestratorEngine
from avtomatika.config import Config
from blueprints import fan_out, single
from control import control_application
from recorder import Recorder


def make_storage():
    if port := os.getenv("INTEROP_REDIS_PORT"):
        from avtomatika.storage.redis import RedisStorage
        from redis.asyncio import Redis

        return RedisStorage(Redis(host="127.0.0.1", port=int(port)))
    from avtomatika.storage.memory import MemoryStorage

    return MemoryStorage()


async def main() -> None:
    engine = OrchestratorEngine(make_storage(), Config())
    engine.register_blueprint(single)
    engine.register_blueprint(fan_out)
    recorder = Recorder(os.environ["INTEROP_RECORD"])
    engine.app.middlewares.append(recorder.middleware)
    engine.on_worker_event.append(recorder.event)
    await engine.start()

    control = web.AppRunner(control_application(engine))
    await control.setup()
    await web.TCPSite(control, "127.0.0.1", int(os.environ["INTEROP_CONTROL_PORT"])).start()

    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await stopped.wait()
    await control.cleanup()
    # aiohttp would wait a minute for the workers' parked polls.
    await asyncio.wait([asyncio.create_task(engine.stop())], timeout=3)
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(main())
