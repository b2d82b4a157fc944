"""Blueprints whose tasks are told by the data of the job, so that one program serves every test."""

from avtomatika import Blueprint

single = Blueprint("single")


@single.handler("start", is_start=True)
async def start(context, actions):
    job = context.initial_data
    actions.dispatch_task(
        task_type=job["type"],
        params=job.get("params", {}),
        transitions={"success": "finished"},
        dispatch_strategy=job.get("strategy", "default"),
        resource_requirements=job.get("requirements"),
        timeout_seconds=job.get("timeout_seconds"),
        priority=job.get("priority", 0.0),
    )


@single.handler("finished", is_end=True)
async def finished():
    pass


fan_out = Blueprint("fan_out")


@fan_out.handler("start", is_start=True)
async def split(context, actions):
    job = context.initial_data
    tasks = [
        {"type": job["type"], "params": params, "dispatch_strategy": job.get("strategy", "round_robin")}
        for params in job["params"]
    ]
    actions.dispatch_parallel(tasks, aggregate_into="collect")


@fan_out.aggregator("collect")
async def collect(context, actions):
    context.state_history["branches"] = context.aggregation_results
    actions.go_to("finished")


@fan_out.handler("finished", is_end=True)
async def joined():
    pass
