import itertools

import pytest
from harness.cluster import Cluster, ClusterSettings

DEPTHS = [pytest.param(0, id="directly"), pytest.param(1, id="depth-1"), pytest.param(3, id="depth-3")]


@pytest.fixture(scope="module", params=DEPTHS)
def depth(request) -> int:
    """How many Holons stand between the orchestrator and the workers; without any, the scenario itself is checked."""
    return request.param


@pytest.fixture(scope="module")
def shared(depth, tmp_path_factory):
    """One cluster for all tests of a module that leave it as they found it."""
    with Cluster(tmp_path_factory.mktemp("shared"), ClusterSettings(depth=depth, workers=3)) as cluster:
        yield cluster.start()


@pytest.fixture
def make_cluster(tmp_path):
    """Makes clusters that end with the test."""
    clusters = []
    numbers = itertools.count(1)

    def make(settings: ClusterSettings) -> Cluster:
        folder = tmp_path / f"cluster-{next(numbers)}"
        folder.mkdir()
        cluster = Cluster(folder, settings).__enter__()
        clusters.append(cluster)
        return cluster

    yield make
    for cluster in clusters:
        cluster.__exit__()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed:
        for cluster in Cluster.alive:
            report.sections.append((f"logs in {cluster.folder}", cluster.tails()))
    return report
