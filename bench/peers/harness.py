# SPDX-License-Identifier: MIT
"""Shared by the Python contestants: requests, clocks, the printed line."""

import json
import re
import sys
import time

BATCH = 100

base, ca, ids_file = sys.argv[1:4]
url = base + "/luma/tasks"
with open(ids_file, encoding="ascii") as file:
    ids = file.read().split()


def requests():
    """The bodies of all requests."""
    return [{"ids": ids[i:i + BATCH]} for i in range(0, len(ids), BATCH)]


def peak():
    """The peak memory, in KiB."""
    with open("/proc/self/status", encoding="ascii") as status:
        return int(re.search(r"VmHWM:\s*(\d+)", status.read())[1])


def run(contestant):
    """Runs the contestant, which returns the decoded responses in order."""
    wall, cpu = time.perf_counter(), time.process_time()
    tasks = [task for reply in contestant() for task in reply]
    print(json.dumps({
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "peak": peak(), "count": len(tasks), "last": tasks[-1]["id"],
    }))
