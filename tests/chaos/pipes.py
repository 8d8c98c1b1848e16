"""Bytes carried from one connection to another."""

import asyncio
from typing import Final

CHUNK: Final = 64 * 1024
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def carry(near: Streams, far: Streams) -> None:
    """Carry bytes both ways until one side ends; the far one is then closed."""
    ways = [
        asyncio.create_task(_pipe(near[0], far[1])),
        asyncio.create_task(_pipe(far[0], near[1])),
    ]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        far[1].transport.abort()
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(CHUNK):
        writer.write(data)
        await writer.drain()
