"""orchestrator <- holon-1 <- onion service <- Tor <- holon-2 <- worker: runs jobs through a Tor network on loopback."""

import sys
import tempfile
import time
from pathlib import Path

from demo import heading, show
from harness.cluster import Cluster, ClusterSettings
from harness.tor import AUTHORITIES, RELAYS, TorNetwork

TOR_READY_WITHIN = 180
LINK_READY_WITHIN = 240


def main(scheme: str) -> None:
    with tempfile.TemporaryDirectory(prefix="holon-tor-") as folder:
        # gRPC has a port of its own; the others share one.
        listener = scheme if scheme == "grpc" else "http"
        cluster = Cluster(Path(folder), ClusterSettings(depth=2, workers=1, wires=["http", listener, "http"]))
        parent, child = cluster.holons
        with TorNetwork(Path(folder), parent.port) as tor, cluster:
            run(scheme, cluster, tor)
    print("  done")


def run(scheme: str, cluster: Cluster, tor: TorNetwork) -> None:
    heading(f"Starting a Tor network on loopback: {AUTHORITIES} authorities, {RELAYS} relays, a service, a client")
    print(f"  {tor.version}")
    started = time.monotonic()
    try:
        tor.start(TOR_READY_WITHIN)
        print(f"  ready after {time.monotonic() - started:.0f} s; the service is {tor.onion}")

        heading("Starting orchestrator ← holon-1 ← onion service ← Tor ← holon-2 ← worker-1")
        parent, child = cluster.holons
        command = child.process.command
        command[command.index("--uplink") + 1] = f"{scheme}://{tor.onion}"
        child.process.env = {"HOLON_UPLINKS_0_PROXY": f"socks5://127.0.0.1:{tor.socks_port}"}
        started = time.monotonic()
        cluster.start_orchestrator()
        for node in [parent, child, *cluster.workers]:
            node.process.start()
        cluster.wait_until_ready(LINK_READY_WITHIN)
        print(f"  linked after {time.monotonic() - started:.0f} s by {scheme}; holon-2 knows its parent only by the service")

        started = time.monotonic()
        show(cluster, "A job through Tor", "echo", {"text": "through the onion"})
        print(f"  took    {time.monotonic() - started:.1f} s")
        show(cluster, "A job with a large answer", "big", {"seed": 1, "size": 140_000})
    except BaseException as error:
        error.add_note(tor.tails())
        raise


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http")
