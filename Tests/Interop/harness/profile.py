"""How long the fault tests run: `short` for each change, `full` with the numbers of the acceptance list."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    held_tasks: int
    kills: int
    limited_jobs: int


_PROFILES = {
    "short": Profile(held_tasks=60, kills=6, limited_jobs=70),
    "full": Profile(held_tasks=200, kills=20, limited_jobs=130),
}

PROFILE = _PROFILES[os.environ.get("HOLON_TEST_PROFILE", "short")]
