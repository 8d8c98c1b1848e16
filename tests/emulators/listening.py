"""Where a venue of the tests is reached: one port of 127.0.0.1 for its socket and its HTTP."""

from typing import ClassVar

from websockets.asyncio.server import Server


class Listening:
    """The addresses of whoever sets ``_server``."""

    SOCKET_PATH: ClassVar[str]
    _server: Server | None

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._server is not None
        port = next(iter(self._server.sockets)).getsockname()[1]
        assert isinstance(port, int)
        return port

    @property
    def url(self) -> str:
        """The address of its WebSocket."""
        return f"ws://127.0.0.1:{self.port}{self.SOCKET_PATH}"

    @property
    def rest_url(self) -> str:
        """The address of its HTTP side."""
        return f"http://127.0.0.1:{self.port}"
