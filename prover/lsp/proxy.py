"""The proxy: passes bytes between an editor and Lean's server, and lives as long as both.

Messages go through as they came, byte for byte, but for the few that the conversation changes or
answers itself. Where a side sends what is no message, all bytes from there on go through without
being looked at, and nothing of our own is said any more.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import suppress

from prover.errors import SetupError
from prover.lsp.editor import Editor
from prover.lsp.framing import BUFFER, Json, Message, Unframed, encoded, read
from prover.lsp.interceptor import Interceptor
from prover.lsp.jobs import Jobs
from prover.lsp.open_documents import Documents
from prover.service.service_launcher import ServiceLauncher

END_SECONDS = 5.0
"""How long Lean has to end after the editor has gone; then it is killed."""
REST_SECONDS = 2.0
"""How long the rest of what Lean has said may take to arrive after it has ended."""

LOG = logging.getLogger(__name__)


async def start(command: Sequence[str]) -> Process:
    """Lean's server, in a process group of its own. Raises `SetupError`."""
    try:
        return await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, limit=BUFFER, start_new_session=True
        )
    except OSError as error:
        raise SetupError(
            f"`{command[0]}` can't be started: {error.strerror}",
            "Install Lean with elan, or name Lean's server: `prover lsp -- lake serve --`.",
        ) from error


class Proxy:
    """Between an editor's streams and a server."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        server: Process,
        keeper: ServiceLauncher,
        *,
        seconds: float | None = None,
    ) -> None:
        assert server.stdin is not None
        assert server.stdout is not None
        self._reader, self._writer = reader, writer
        self._server, self._to_server, self._from_server = server, server.stdin, server.stdout
        self._editor = Editor(self._send)
        documents = Documents()
        self._jobs = Jobs(self._editor, keeper, documents, seconds)
        self._conversation = Interceptor(self._editor, self._jobs, documents)
        self._blind = False
        """Whether a side has sent what is no message."""

    async def run(self) -> int:
        """Passes everything until the server or the editor has gone; the server's exit code."""
        editor = asyncio.create_task(self._editor_to_server())
        server = asyncio.create_task(self._server_to_editor())
        ended = asyncio.create_task(self._server.wait())
        try:
            await asyncio.wait({editor, ended, server}, return_when=asyncio.FIRST_COMPLETED)
            await self._jobs.close()
            if not ended.done():
                await asyncio.wait({ended}, timeout=END_SECONDS)
            await asyncio.wait({server}, timeout=REST_SECONDS)
        finally:
            await self._jobs.close()
            await self._end()
            for task in (editor, server, ended):
                task.cancel()
            for problem in await asyncio.gather(editor, server, ended, return_exceptions=True):
                # One that has gone away is no surprise.
                if isinstance(problem, Exception) and not isinstance(problem, ConnectionError):
                    LOG.error("the proxy has a bug", exc_info=problem)
        code = await self._server.wait()
        return code if code >= 0 else 128 - code

    async def _editor_to_server(self) -> None:
        """Returns when the editor has gone, or raises `ConnectionError`; tells the server."""
        try:
            while True:
                message = await read(self._reader)
                if self._is_for_server(message):
                    self._to_server.write(message.raw)
                    await self._to_server.drain()
        except Unframed as unframed:
            self._give_up("the editor", unframed)
            await _copy(unframed.rest, self._reader, self._to_server)
        except ConnectionError:
            # A server that does not listen may still have something to say to an editor that does.
            while await self._reader.read(BUFFER):
                pass
        finally:
            self._to_server.close()

    async def _server_to_editor(self) -> None:
        """Returns when the server has nothing more to say.

        Raises `ConnectionError` when the editor does not listen any more.
        """
        try:
            while True:
                message = await read(self._from_server)
                self._writer.write(self._for_editor(message))
                await self._writer.drain()
        except Unframed as unframed:
            self._give_up("Lean", unframed)
            await _copy(unframed.rest, self._from_server, self._writer)

    def _is_for_server(self, message: Message) -> bool:
        if self._blind or (json := message.json()) is None:
            return True
        return self._conversation.from_editor(json)

    def _for_editor(self, message: Message) -> bytes:
        if self._blind or not self._conversation.awaits or (json := message.json()) is None:
            return message.raw
        changed = self._conversation.from_server(json)
        return message.raw if changed is None else encoded(changed)

    def _send(self, message: Json) -> None:
        if not self._blind and not self._writer.is_closing():
            self._writer.write(encoded(message))

    def _give_up(self, who: str, unframed: Unframed) -> None:
        if unframed.rest:
            LOG.warning("%s sent what is no message; from here on all is only passed on", who)
            self._jobs.cancel_all()
            self._blind = True

    async def _end(self) -> None:
        """Ends the server with all that it has started."""
        self._to_server.close()
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._server.pid, number)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._server.wait(), REST_SECONDS)


async def _copy(rest: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Passes on what was read already, and all that is still to come."""
    while rest:
        writer.write(rest)
        await writer.drain()
        rest = await reader.read(BUFFER)
