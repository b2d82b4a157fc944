"""orchestrator <- holon <- holon <- two workers: sends a few jobs, and shows each answer with the path it took."""

import sys
import tempfile
from collections import Counter
from pathlib import Path

from harness.cluster import Cluster, ClusterSettings

STYLES = (1, 2, 32, 31, 0)
BOLD, DIM, GREEN, RED, PLAIN = (f"\033[{style}m" if sys.stdout.isatty() else "" for style in STYLES)


def heading(text: str) -> None:
    print(f"\n{BOLD}{text}{PLAIN}")


def path(result: dict) -> str:
    """From the worker up, by what each node wrote into the result."""
    nodes = [*result["security"].get("identity_chain", []), result["worker_id"], "orchestrator"]
    return " → ".join(nodes)


def show(cluster: Cluster, title: str, type: str, params: dict, expected: str = "finished") -> None:
    heading(title)
    print(f"  job     {type} {params}")
    state = cluster.run(type, params, within=60)
    result = cluster.orchestrator.ledger.results_of(state["id"])[-1]
    good = state["status"] == expected
    answer = outcome(state) if state["status"] == "finished" else state["error_message"]
    print(f"  answer  {GREEN if good else RED}{state['status']}{PLAIN}: {shortened(answer)}")
    print(f"  path    {path(result)}")
    if "holon" in (result.get("metadata") or {}):
        print(f"  {DIM}noted   {result['metadata']['holon']}{PLAIN}")
    for event in cluster.orchestrator.ledger.events_of(state["id"], "progress"):
        by = " → ".join([event["origin_worker_id"], *event["bubbling_chain"]])
        print(f"  event   {event['payload']['progress']:.0%} {event['payload']['message']}  {DIM}by {by}{PLAIN}")
    if not good:
        raise AssertionError(f"expected {expected}")


def fan_out(cluster: Cluster, count: int) -> None:
    heading(f"One job that fans out into {count} tasks")
    params = [{"seconds": 0.3, "number": number} for number in range(count)]
    [job] = cluster.orchestrator.submit("slow", params, blueprint="fan_out")
    state = cluster.orchestrator.ended([job], within=90)[job]
    print(f"  answer  {GREEN}{state['status']}{PLAIN}")
    paths = Counter(path(result) for result in cluster.orchestrator.ledger.results_of(job))
    for way, times in sorted(paths.items()):
        print(f"  {times:4} ×  {way}")


def outcome(state: dict) -> dict:
    """What the tasks of the job have added to its data."""
    return {name: value for name, value in state["state_history"].items() if name not in state["initial_data"]}


def shortened(value: object, limit: int = 100) -> str:
    text = str(value)
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"


def main() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="holon-demo-") as folder,
        Cluster(Path(folder), ClusterSettings(depth=2, workers=2)) as cluster,
    ):
        heading("Starting orchestrator ← holon-1 ← holon-2 ← worker-1, worker-2")
        cluster.start()
        print(f"  orchestrator  {cluster.orchestrator.url}  (avtomatika, unmodified)")
        for holon in cluster.holons:
            print(f"  {holon.id}       {holon.url}  (status {holon.status_url})")
        print("  worker-1 and worker-2 dial holon-2  (avtomatika-worker, unmodified)")

        show(cluster, "A job that succeeds", "echo", {"text": "Grüße von oben 👋", "number": 0.1})
        show(cluster, "A job that reports its progress", "progress", {"steps": 3, "pause": 0.4})
        show(cluster, "A job with a large answer", "big", {"seed": 1, "size": 140_000})
        failure = {"code": "INVALID_INPUT_ERROR", "message": "no such colour"}
        show(cluster, "A job that the worker refuses", "fail", failure, expected="failed")
        fan_out(cluster, 20)
        heading("Stopping what was started")
    print("  done")


if __name__ == "__main__":
    main()
