from collections import Counter
from dataclasses import dataclass

# A task is known by its job and its own id: a retried job gets a new task id.
TaskKey = tuple[str, str]


@dataclass
class Ledger:
    """What the orchestrator was asked and what it answered, in order."""

    records: list[dict]

    def of(self, kind: str) -> list[dict]:
        return [record for record in self.records if record["kind"] == kind]

    @property
    def handed_out(self) -> list[TaskKey]:
        """Tasks that a poll was answered with; whether the answer arrived, the orchestrator cannot know."""
        return [_key(record["task"]) for record in self.of("poll") if record.get("task")]

    @property
    def results(self) -> list[dict]:
        """Results that the orchestrator took a decision on."""
        return [record for record in self.of("result") if record["http"] == 200]

    @property
    def answered(self) -> set[TaskKey]:
        return {_key(record["result"]) for record in self.results}

    @property
    def accepted(self) -> Counter[TaskKey]:
        return Counter(_key(r["result"]) for r in self.results if r["reply"]["status"] == "accepted")

    @property
    def accepted_twice(self) -> list[TaskKey]:
        return [key for key, times in self.accepted.items() if times > 1]

    @property
    def ignored(self) -> Counter[str]:
        return Counter(r["reply"].get("reason") for r in self.results if r["reply"]["status"] == "ignored")

    @property
    def refused(self) -> Counter[tuple[str, int]]:
        """Calls by kind and status that were answered with an error."""
        return Counter((r["kind"], r["http"]) for r in self.records if r.get("http", 200) >= 400)

    def results_of(self, job: str) -> list[dict]:
        return [record["result"] for record in self.results if record["result"]["job_id"] == job]

    def attempts_of(self, job: str) -> list[dict]:
        """Every result that was sent, refused ones too."""
        return [record["result"] for record in self.of("result") if record["result"].get("job_id") == job]

    def events_of(self, job: str, type: str) -> list[dict]:
        events = [record["event"] for record in self.of("event")]
        return [e for e in events if e.get("target_job_id") == job and e["event_type"] == type]


def _key(fields: dict) -> TaskKey:
    return fields["job_id"], fields["task_id"]
