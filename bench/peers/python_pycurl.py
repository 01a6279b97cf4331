# SPDX-License-Identifier: MIT
"""pycurl: a CurlMulti with eight handles, and json."""

import json
from io import BytesIO

import harness
import pycurl


def easy():
    handle = pycurl.Curl()
    handle.setopt(pycurl.URL, harness.url)
    handle.setopt(pycurl.CAINFO, harness.ca)
    handle.setopt(pycurl.FAILONERROR, True)
    handle.setopt(pycurl.HTTPHEADER,
                  ["Content-Type: application/json", "Expect:"])
    return handle


def fetch():
    waiting = list(enumerate(harness.requests()))[::-1]
    replies = [None] * len(waiting)
    multi = pycurl.CurlMulti()

    def send(handle):
        if not waiting:
            return
        handle.number, request = waiting.pop()
        handle.buffer = BytesIO()
        handle.setopt(pycurl.POSTFIELDS, json.dumps(request))
        handle.setopt(pycurl.WRITEDATA, handle.buffer)
        multi.add_handle(handle)

    def take():
        _, done, failed = multi.info_read()
        if failed:
            raise RuntimeError(failed[0][2])
        for handle in done:
            multi.remove_handle(handle)
            replies[handle.number] = json.loads(handle.buffer.getvalue())
            send(handle)
        return done

    for _ in range(8):
        send(easy())
    running = 1
    while running:
        _, running = multi.perform()
        if take():
            running = 1
        elif running:
            multi.select(1.0)
    return replies


harness.run(fetch)
