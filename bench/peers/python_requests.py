# SPDX-License-Identifier: MIT
"""requests: one session with eight connections, eight threads."""

from concurrent.futures import ThreadPoolExecutor

import harness
import requests
from requests.adapters import HTTPAdapter


def fetch():
    session = requests.Session()
    session.verify = harness.ca
    session.trust_env = False
    session.mount(harness.base, HTTPAdapter(pool_maxsize=8))

    def post(request):
        reply = session.post(harness.url, json=request)
        reply.raise_for_status()
        return reply.json()

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(post, harness.requests()))


harness.run(fetch)
