"""A child process: bounded, read, and surely ended."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from prover.errors import LeanDiedError, SetupError
from prover.lean import process as process_module
from prover.lean.process import TAIL_BYTES, Command, LeanProcess


def python(source: str, *, stack: int = 0, cwd: Path = Path("/")) -> Command:
    argv = (sys.executable, "-u", "-c", textwrap.dedent(source))
    return Command(argv=argv, environment=dict(os.environ), cwd=cwd, stack=stack)


async def gone(pid: int) -> bool:
    """Whether the process ends within a few seconds (a zombie has ended)."""
    for _ in range(100):
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        await asyncio.sleep(0.05)
    return False


async def test_reads_what_follows_the_mark_and_skips_the_rest() -> None:
    process = await LeanProcess.spawn(python("print('noise'); print('stray@@answer'); input()"))
    assert await process.read(b"@@") == b"answer\n"
    assert "noise" in process.last_words
    assert "stray" in process.last_words
    await process.kill()


async def test_an_ended_child_leaves_its_code_and_last_words() -> None:
    source = "import sys; sys.stderr.write('x\\n' * 100_000 + 'the end'); sys.exit(7)"
    process = await LeanProcess.spawn(python(source))
    with pytest.raises(LeanDiedError, match=r"code 7.*the end"):
        await process.read(b"@@")
    assert len(process.last_words) <= TAIL_BYTES
    await process.kill()


async def test_an_endless_line_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_module, "LINE_BYTES", 2**16)
    process = await LeanProcess.spawn(python("while True: print('x' * 1000, end='')"))
    with pytest.raises(LeanDiedError, match="65536 bytes"):
        await process.read(b"@@")
    await process.kill()
    assert not process.alive


async def test_kill_takes_the_children_along() -> None:
    source = """
        import subprocess, time
        child = subprocess.Popen(["sleep", "600"])
        print(f"@@{child.pid}")
        time.sleep(600)
    """
    process = await LeanProcess.spawn(python(source))
    child = int(await process.read(b"@@"))
    await process.kill()
    await process.kill()
    assert not process.alive
    assert await gone(child)


async def test_a_dead_child_cannot_be_written_to() -> None:
    process = await LeanProcess.spawn(python("pass"))
    with pytest.raises(LeanDiedError):
        await process.read(b"@@")
    with pytest.raises(LeanDiedError, match="code 0"):
        await process.write(b"hello\n" * 1000)
    await process.kill()


async def test_a_missing_program_or_folder_is_an_environment_problem() -> None:
    with pytest.raises(SetupError) as problem:
        await LeanProcess.spawn(python("", cwd=Path("/no/such/folder")))
    assert "doctor" in problem.value.hint
    command = Command(argv=("/no/such/lean",), environment={}, cwd=Path("/"))
    process = await LeanProcess.spawn(command)
    with pytest.raises(LeanDiedError, match="/no/such/lean: No such file"):
        await process.read(b"@@")
    await process.kill()


async def test_memory_of_the_whole_group_is_counted() -> None:
    source = """
        import subprocess, sys
        hold = "x = b'x' * 50_000_000; print('@@', flush=True); input()"
        child = subprocess.Popen([sys.executable, "-c", hold])
        child.wait()
    """
    process = await LeanProcess.spawn(python(source))
    await process.read(b"@@")
    process.note_members()
    assert 50_000_000 < process.resident() < 500_000_000
    await process.kill()


async def test_the_stack_limit_is_set() -> None:
    source = "import resource; print('@@', resource.getrlimit(resource.RLIMIT_STACK)[0])"
    process = await LeanProcess.spawn(python(source, stack=12 * 2**20))
    assert int(await process.read(b"@@")) == 12 * 2**20
    await process.kill()


PARENT = """
import asyncio, sys
from pathlib import Path
from prover.lean.process import Command, LeanProcess

async def main():
    source = "import time; print('@@', flush=True); time.sleep(600)"
    command = Command((sys.executable, "-c", source), {}, Path("/"))
    process = await LeanProcess.spawn(command)
    await process.read(b"@@")
    print(process.pid, flush=True)
    if sys.argv[1] == "wait":
        await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.mark.parametrize("how", ["kill -9", "ordinary end"])
async def test_the_child_does_not_outlive_its_parent(how: str) -> None:
    argument = "wait" if how == "kill -9" else "end"
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", PARENT, argument],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        if how == "kill -9":
            parent.kill()
    assert await gone(child)


async def test_a_terminals_interrupt_does_not_reach_the_child() -> None:
    process = await LeanProcess.spawn(python("print('@@'); input()"))
    await process.read(b"@@")
    assert os.getsid(process.pid) == process.pid != os.getsid(0)
    await process.kill()


async def test_a_flood_of_noise_does_not_hide_the_answer() -> None:
    source = """
        import sys
        for _ in range(300):
            print("noise " * 2000)
            print("noise " * 2000, file=sys.stderr)
        print("@@answer")
        input()
    """
    started = time.perf_counter()
    process = await LeanProcess.spawn(python(source))
    assert await process.read(b"@@") == b"answer\n"
    assert len(process.last_words) <= TAIL_BYTES
    assert time.perf_counter() - started < 5
    await process.kill()


async def test_mapped_files_are_not_counted(tmp_path: Path) -> None:
    size = 200 * 2**20
    with (tmp_path / "library").open("wb") as file:
        file.truncate(size)
    reads = (
        "import mmap, sys\n"
        f"with open({str(tmp_path / 'library')!r}, 'rb') as file:\n"
        "    mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)\n"
        f"total = sum(mapped[i] for i in range(0, {size}, 4096))\n"
        "print('mark', total, flush=True)\n"
        "sys.stdin.read()\n"
    )
    command = Command((sys.executable, "-c", reads), dict(os.environ), tmp_path)
    process = await LeanProcess.spawn(command)
    try:
        assert await process.read(b"mark ") == b"0\n"
        process.note_members()
        assert psutil.Process(process.pid).memory_info().rss > size
        assert process.resident() < size / 2
    finally:
        await process.kill()
