"""Which GPUs there are, and whether models can use them."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

PROGRAM = "nvidia-smi"
QUERY = ("--query-gpu=name,memory.total,memory.free", "--format=csv,noheader,nounits")
SECONDS = 10.0
"""How long the driver is waited for."""


@dataclass(frozen=True)
class Gpu:
    """A GPU with its memory, in bytes; 0 where the driver does not tell."""

    name: str
    total: int
    free: int

    def __str__(self) -> str:
        if not self.total:
            return self.name
        return f"{self.name}, {self.free / 2**30:.1f} of {self.total / 2**30:.1f} GiB free"


async def find_gpus() -> tuple[Gpu, ...]:
    """The GPUs that NVIDIA's driver tells of; none where there is no driver, or it is broken."""
    if (program := shutil.which(PROGRAM)) is None:
        return ()
    pipe, null = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(program, *QUERY, stdout=pipe, stderr=null)
    except OSError:
        return ()
    try:
        async with asyncio.timeout(SECONDS):
            output, _ = await process.communicate()
    except TimeoutError:
        return ()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    lines = output.decode(errors="replace").splitlines() if process.returncode == 0 else []
    return tuple(gpu for line in lines if (gpu := _gpu(line)))


async def usable() -> str:
    """Why models can't use the GPUs; empty when they can. Importing torch takes seconds."""
    try:
        installed = version("torch")
    except PackageNotFoundError:
        return "torch is not installed"
    if installed.endswith("+cpu"):
        return f"torch {installed} is built without CUDA: install one that is built with it"
    return await asyncio.to_thread(_asked_torch, installed)


def _asked_torch(installed: str) -> str:
    try:
        import torch
    except (ImportError, OSError) as error:
        return f"torch {installed} can't be loaded: {error}"
    if torch.cuda.is_available():
        return ""
    return f"torch {installed} can't use it: install one that is built for this driver"


def _gpu(line: str) -> Gpu | None:
    """A line of the driver, with mebibytes; `[N/A]` where the GPU has no memory of its own."""
    name, *sizes = (part.strip() for part in line.rsplit(",", 2))
    if len(sizes) != 2:
        return None
    total, free = (int(size) * 2**20 if size.isdecimal() else 0 for size in sizes)
    return Gpu(name, total, free)
