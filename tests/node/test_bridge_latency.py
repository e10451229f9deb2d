"""From a finding on ROS to a person who watches: quick, though it is on two disks in between."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from comms.wire import centre_pb2 as pb
from tests.node.bridge_rig import UNIT, Rig, finding_message, until
from tests.node.fake_executor import FakeExecutor

COUNT = 100
#: The machine may be busy with other tests; alone it is about a fifth of this.
P95_WITHIN_S = 0.25


@pytest.mark.alone
def test_a_finding_reaches_a_watcher_at_once(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    robot = FakeExecutor("robot")
    try:
        rig.start_centre("--unit", UNIT)
        rig.start_bridge()
        until(rig.connected)
        until(lambda: robot.findings.get_subscription_count() > 0)
        arrived: dict[str, float] = {}
        watch = rig.stub.Watch(pb.WatchRequest())

        def read() -> None:
            for event in watch:
                if event.WhichOneof("body") == "finding":
                    arrived[event.finding.finding_id] = time.monotonic()
                    if len(arrived) == COUNT:
                        return

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        published: dict[str, float] = {}
        for number in range(COUNT):
            message = finding_message(number, 40_000)
            published[message.finding_id] = time.monotonic()
            robot.findings.publish(message)
            time.sleep(0.03)
        reader.join(10)
        took = sorted(arrived[key] - published[key] for key in published)
        p50, p95 = took[COUNT // 2], took[int(COUNT * 0.95)]
        print(f"finding on ROS to watcher: median {p50 * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms")
        assert p95 < P95_WITHIN_S
        watch.cancel()
    finally:
        robot.close()
        rig.close()
