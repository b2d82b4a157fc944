"""Where the programs under test are found."""

import os
from pathlib import Path

INTEROP = Path(__file__).resolve().parents[1]
PROJECT = INTEROP.parents[1]
PEERS = Path(os.environ.get("HOLON_PEERS") or PROJECT / ".peers")


def peer_command(environment: str, program: str) -> list[str]:
    python = PEERS / environment / "bin" / "python"
    assert python.exists(), f"{python} is missing: run scripts/peers"
    return [str(python), str(INTEROP / "peers" / program)]


def holon_binary() -> str:
    candidates = (
        [os.environ["HOLON_BINARY"]]
        if "HOLON_BINARY" in os.environ
        else [
            str(PROJECT / ".build" / "release" / "holon"),
            str(PROJECT / ".build" / "debug" / "holon"),
        ]
    )
    for candidate in candidates:
        if os.access(candidate, os.X_OK):
            return candidate
    raise AssertionError(f"no holon binary at {' or '.join(candidates)}: swift build -c release --product holon")
