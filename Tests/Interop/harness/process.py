import ctypes
import os
import signal
import subprocess
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def _die_with_the_tests() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def environment() -> dict[str, str]:
    """The tests' own, without what a Holon would take for its configuration."""
    return {name: value for name, value in os.environ.items() if not name.startswith("HOLON_")}


class Process:
    """A child process in a group of its own, whose output goes to a file. It may be started again after its end."""

    def __init__(self, name: str, command: list[str], env: dict[str, str], folder: Path):
        self.name = name
        self.command = command
        self.env = env
        self.log = folder / f"{name}.log"
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        assert not self.running, f"{self.name} runs already"
        with open(self.log, "ab") as log:
            self._process = subprocess.Popen(
                self.command,
                env=environment() | {"PYTHONUNBUFFERED": "1"} | self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_the_tests,
            )

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def id(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def exit_code(self) -> int | None:
        return self._process.poll() if self._process else None

    def kill(self) -> None:
        """kill -9, to the whole group."""
        self.signal(signal.SIGKILL)
        if self._process:
            self._process.wait()

    def stop(self, within: float = 10) -> None:
        """SIGTERM; SIGKILL if that does not end it in time."""
        self.signal(signal.SIGTERM)
        if self._process:
            try:
                self._process.wait(within)
            except subprocess.TimeoutExpired:
                self.kill()

    def signal(self, number: int) -> None:
        """To the whole group, if it runs."""
        if self.running:
            os.killpg(self._process.pid, number)

    def output(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def tail(self, lines: int = 40) -> str:
        return "\n".join(self.output().splitlines()[-lines:])
