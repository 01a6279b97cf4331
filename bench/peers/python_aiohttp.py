# SPDX-License-Identifier: MIT
"""aiohttp: one session, eight connections."""

import asyncio
import ssl

import aiohttp
import harness


async def post(session, request):
    async with session.post(harness.url, json=request) as reply:
        reply.raise_for_status()
        return await reply.json()


async def fetch():
    tls = ssl.create_default_context(cafile=harness.ca)
    connector = aiohttp.TCPConnector(limit=8, ssl=tls)
    async with aiohttp.ClientSession(connector=connector) as session:
        return await asyncio.gather(
            *(post(session, request) for request in harness.requests()))


harness.run(lambda: asyncio.run(fetch()))
