"""The real orchestrator above, the real workers below, and nothing that either could notice between them."""

import random
import time

import pytest
from harness.cluster import Cluster, ClusterSettings
from harness.orchestrator import OrchestratorSettings
from harness.profile import PROFILE
from harness.waiting import eventually
from harness.worker import WorkerSettings

SECRET = "the orchestrator's own secret"


def top_of(cluster: Cluster, worker: str) -> str:
    """The id under which the orchestrator knows this worker."""
    return cluster.holons[0].id if cluster.holons else worker


def execution_of(cluster: Cluster, job: str) -> dict:
    return eventually(
        f"job {job} runs", lambda: next((e for e in cluster.executions if e["job"] == job), None), within=30
    )


def test_a_job_succeeds_and_its_result_names_who_did_it(shared):
    state = shared.run("echo", {"colour": "blue"})

    assert state["status"] == "finished"
    assert state["state_history"]["echo"] == {"colour": "blue"}
    [execution] = [e for e in shared.executions if e["job"] == state["id"]]
    [result] = shared.orchestrator.ledger.results_of(state["id"])
    assert result["origin_worker_id"] == execution["worker"]
    assert result["worker_id"] == top_of(shared, execution["worker"])
    if shared.holons:
        below = [holon.id for holon in reversed(shared.holons[1:])]
        assert result["security"]["identity_chain"] == [execution["worker"], *below]


def test_a_failure_of_the_worker_arrives_with_its_code_and_message(shared):
    state = shared.run("fail", {"code": "INVALID_INPUT_ERROR", "message": "no such colour: grün"})

    assert state["status"] == "failed"
    assert "no such colour: grün" in state["error_message"]
    [result] = shared.orchestrator.ledger.results_of(state["id"])
    assert result["status"] == "failure"
    assert result["error"] == {"code": "INVALID_INPUT_ERROR", "message": "no such colour: grün"}


def test_a_job_for_a_skill_that_nobody_has_is_refused_by_the_orchestrator(shared):
    state = shared.run("juggle", {})

    assert state["status"] == "quarantined"
    assert state["error_message"] == "No suitable workers for task type 'juggle'"


def test_a_task_for_a_skill_that_nobody_has_is_answered_with_a_failure(shared):
    target = top_of(shared, shared.workers[0].id)
    job = shared.orchestrator.enqueue(target, "juggle", deadline=int(time.time()) + 5)

    # The orchestrator retries what is transient, finds nobody with the skill, and gives up in the end.
    state = shared.orchestrator.ended([job], within=90)[job]
    assert state["status"] == "quarantined"
    result = shared.orchestrator.ledger.attempts_of(job)[0]
    assert result["status"] == "failure"
    # A worker says so at once; a Holon waits for a child that can, until the deadline.
    codes = {"TRANSIENT_ERROR", "TIMEOUT_ERROR"} if shared.holons else {"PERMANENT_ERROR"}
    assert result["error"]["code"] in codes


def test_progress_and_events_arrive_with_their_origin_and_the_chain_they_came_by(shared):
    state = shared.run("progress", {"steps": 4, "pause": 0.5})

    assert state["status"] == "finished"
    [execution] = [e for e in shared.executions if e["job"] == state["id"]]
    chain = [holon.id for holon in reversed(shared.holons)]
    orchestrator = shared.orchestrator

    def all_progress() -> list[dict]:
        events = orchestrator.ledger.events_of(state["id"], "progress")
        return events if any(event["payload"]["progress"] == 1 for event in events) else []

    progress = eventually("the last progress arrives", all_progress, within=15)
    [milestone] = eventually(
        "the event arrives", lambda: orchestrator.ledger.events_of(state["id"], "milestone"), within=15
    )
    values = [event["payload"]["progress"] for event in progress]
    # A Holon may leave out what newer progress has overtaken.
    assert values == sorted(set(values)) and set(values) <= {0.25, 0.5, 0.75, 1}
    assert milestone["payload"] == {"steps": 4}
    for event in [*progress, milestone]:
        assert event["origin_worker_id"] == execution["worker"]
        assert event["origin_task_id"] == execution["task"]
        assert event["bubbling_chain"] == chain
        assert event["worker_id"] == top_of(shared, execution["worker"])
    assert ("event_post", 403) not in orchestrator.ledger.refused


def test_a_result_of_140_kilobytes_arrives_whole(shared):
    state = shared.run("big", {"seed": 7, "size": 140_000})

    assert state["status"] == "finished"
    assert state["state_history"]["text"] == random.Random(7).randbytes(70_000).hex()


def test_fifty_tasks_of_one_job_fan_out_over_three_workers(shared):
    [job] = shared.orchestrator.submit("slow", [{"seconds": 0.2, "number": n} for n in range(50)], blueprint="fan_out")
    state = shared.orchestrator.ended([job], within=90)[job]

    branches = state["state_history"]["branches"].values()
    assert len(branches) == 50
    assert {branch.get("status", "success") for branch in branches} == {"success"}
    assert {branch["data"]["by"] for branch in branches} == {worker.id for worker in shared.workers}
    executed = [e["task"] for e in shared.executions if e["job"] == job]
    assert len(executed) == len(set(executed)) == 50
    assert not shared.orchestrator.ledger.accepted_twice


TEXTS = [
    "",
    "naïve café",
    "日本語",
    "العربية",
    "\u202eright to left",
    "👩‍👩‍👧‍👦",
    "e\u0301 is not é",
    "\u2028\u2029",
    "\ufeff\ufffd",
    "\u0000\u0001\u001f\u007f",
    'quote " backslash \\ slash / tab \t',
    "</script>",
    "\U0010ffff",
]
NUMBERS = [
    0,
    -1,
    2**31,
    2**53 - 1,
    2**53,
    2**53 + 1,
    2**63 - 1,
    -(2**63),
    2**64 - 1,
    10.0,
    -0.0,
    0.1,
    1 / 3,
    1e-7,
    1.5e-7,
    1e15 + 0.5,
    123456789.125,
    5e-324,
    2.2250738585072014e-308,
    -1.7976931348623157e-300,
]


def test_unicode_and_the_edges_of_numbers_travel_unharmed(shared):
    # The reference goes no deeper than 30, the envelope counted.
    nested: object = "bottom"
    for _ in range(12):
        nested = {"deeper": [nested]}
    params = {
        "texts": TEXTS,
        "keys": {text: number for number, text in enumerate(TEXTS)},
        "numbers": NUMBERS,
        "constants": [None, True, False, [], {}],
        "nested": nested,
    }
    # The reference signs without members that are null, so they do not travel.
    state = shared.run("echo", params | {"absent": None})

    assert state["status"] == "finished"
    echoed = state["state_history"]["echo"]
    assert echoed == params
    # The reference writes a number with an integral value as an integer.
    assert [repr(n) for n in echoed["numbers"]] == [repr(int(n) if n == int(n) else n) for n in NUMBERS]


def test_a_running_task_is_cancelled(shared, tmp_path):
    [job] = shared.orchestrator.submit("slow", {"gate": str(tmp_path / "never")})
    execution = execution_of(shared, job)
    command = {"command": "cancel_task", "task_id": execution["task"], "job_id": job}
    assert shared.orchestrator.command(top_of(shared, execution["worker"]), command)

    state = shared.orchestrator.ended([job], within=20)[job]
    assert state["status"] == "cancelled"
    [result] = shared.orchestrator.ledger.results_of(job)
    assert result["status"] == "cancelled"
    assert result["origin_worker_id"] == execution["worker"]


def test_a_custom_command_reaches_the_workers(shared):
    params = {"text": f"hello {time.time_ns()}"}
    target = top_of(shared, shared.workers[0].id)
    assert shared.orchestrator.command(target, {"command": "announce", "params": params})

    # A Holon hands a command that names no task to all its children.
    expected = {worker.id for worker in shared.workers} if shared.holons else {target}

    def reached() -> bool:
        return {c["worker"] for c in shared.commands if c["params"] == params} == expected

    eventually("the command reaches the workers", reached, within=15)


def test_a_custom_command_for_a_task_reaches_only_the_worker_that_runs_it(shared, tmp_path):
    gate = tmp_path / "gate"
    [job] = shared.orchestrator.submit("slow", {"gate": str(gate)})
    execution = execution_of(shared, job)
    command = {"command": "announce", "params": {}, "job_id": job, "task_id": execution["task"]}
    assert shared.orchestrator.command(top_of(shared, execution["worker"]), command)

    def received() -> list[str]:
        return [c["worker"] for c in shared.commands if c["task"] == execution["task"]]

    eventually("the command reaches the worker", received, within=15)
    gate.touch()
    assert shared.orchestrator.ended([job], within=20)[job]["status"] == "finished"
    assert received() == [execution["worker"]]


def test_a_task_that_waits_in_a_holon_is_cancelled_on_the_spot(depth, make_cluster, tmp_path):
    if not depth:
        pytest.skip("the real orchestrator cannot take back a task that waits in its own queue")
    settings = ClusterSettings(depth=depth, workers=2, worker=WorkerSettings(concurrency=1))
    cluster = make_cluster(settings).start()
    # Each worker has a poll waiting, and so each of them has one waiting at the orchestrator. Of the two tasks that
    # come back on these, one must wait in the Holon once a worker is gone.
    cluster.workers[0].process.kill()
    gate = tmp_path / "gate"
    jobs = cluster.orchestrator.submit("slow", {"gate": str(gate)}, count=2)

    lowest = cluster.holons[-1]
    eventually("one task waits", lambda: lowest.status["tasks"]["queued"] == 1, within=20)
    running = eventually("one task runs", lambda: cluster.executions, within=20)
    waiting = next(job for job in jobs if job != running[0]["job"])
    task = next(task for job, task in cluster.orchestrator.ledger.handed_out if job == waiting)
    command = {"command": "cancel_task", "job_id": waiting, "task_id": task}
    assert cluster.orchestrator.command(cluster.tops[0], command)

    assert cluster.orchestrator.ended([waiting], within=10)[waiting]["status"] == "cancelled"
    gate.touch()
    cluster.orchestrator.ended(jobs, within=30)
    assert [e["job"] for e in cluster.executions] == [running[0]["job"]]


def test_the_task_of_a_worker_that_died_runs_elsewhere(depth, make_cluster, tmp_path):
    # Directly below, only the orchestrator's own timeout brings the task back.
    timeout, poll = (8, 3) if depth == 0 else (300, 30)
    orchestrator = OrchestratorSettings(worker_timeout=timeout, poll_timeout=poll, watcher_interval=2)
    cluster = make_cluster(ClusterSettings(depth=depth, workers=2, orchestrator=orchestrator)).start()
    gate = tmp_path / "gate"
    [job] = cluster.orchestrator.submit("slow", {"gate": str(gate)}, timeout_seconds=timeout)
    first = execution_of(cluster, job)
    next(w for w in cluster.workers if w.id == first["worker"]).process.kill()

    eventually("the task runs again", lambda: len(cluster.executions) == 2, within=90)
    gate.touch()
    state = cluster.orchestrator.ended([job], within=30)[job]
    assert state["status"] == "finished"
    assert state["state_history"]["by"] != first["worker"]
    assert not cluster.orchestrator.ledger.accepted_twice


@pytest.mark.parametrize("verifying", [False, True], ids=["passing on", "verifying"])
def test_the_signatures_of_tasks_stay_valid_end_to_end(depth, verifying, make_cluster):
    if verifying and not depth:
        pytest.skip("nobody verifies between")
    settings = ClusterSettings(
        depth=depth,
        orchestrator=OrchestratorSettings(secret=SECRET),
        worker=WorkerSettings(secret=SECRET),
        task_secret=SECRET if verifying else None,
    )
    cluster = make_cluster(settings).start()

    for params in ({}, {"numbers": NUMBERS[:12]}, {"texts": TEXTS}):
        # A worker drops a task whose signature does not fit without an answer.
        state = cluster.run("echo", params)
        assert state["status"] == "finished"
        assert state["state_history"]["echo"] == params
    [job] = cluster.orchestrator.submit("echo", [{"number": n} for n in range(10)], blueprint="fan_out")
    assert cluster.orchestrator.ended([job], within=30)[job]["status"] == "finished"


def test_a_holon_that_verifies_gives_no_task_with_a_wrong_signature_to_a_worker(depth, make_cluster):
    if not depth:
        pytest.skip("nobody verifies between")
    settings = ClusterSettings(
        depth=depth, orchestrator=OrchestratorSettings(secret=SECRET), task_secret="another secret"
    )
    cluster = make_cluster(settings).start()

    state = cluster.run("echo", {})
    assert state["status"] == "quarantined"
    assert "SECURITY_ERROR" in state["error_message"]
    assert not cluster.executions


def test_with_the_rate_limits_on_nothing_is_lost_only_slower(depth, make_cluster):
    if not depth:
        pytest.skip("it is the Holon's pace that is looked at")
    settings = ClusterSettings(depth=depth, workers=2, orchestrator=OrchestratorSettings(rate_limits=True))
    cluster = make_cluster(settings).start()
    jobs = cluster.orchestrator.submit("echo", {}, count=PROFILE.limited_jobs)

    # The limit of 60 polls opens again after a minute in which none came.
    states = cluster.orchestrator.ended(jobs, within=120 * (1 + PROFILE.limited_jobs // 60))
    assert {state["status"] for state in states.values()} == {"finished"}
    ledger = cluster.orchestrator.ledger
    assert ("poll", 429) in ledger.refused, "the limits were never reached"
    assert not ledger.accepted_twice
    assert len(cluster.executions) == len(jobs)
