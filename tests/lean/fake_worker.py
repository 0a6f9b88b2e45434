"""A worker that speaks the protocol and misbehaves on demand, as no real Lean will.

Run as `fake_worker.py MODE LOG`. A tactic is a word that says what to do; each `run` is one line in
the file LOG. States are paths of tactics, so that keys agree between processes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

MODE, LOG = sys.argv[1], Path(sys.argv[2])
paths: dict[int, str] = {}
nonce = ""
ballast: list[bytes] = []


def raw(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def reply(**fields: Any) -> None:
    raw(f"{nonce} {json.dumps(fields)}\n")


def made(path: str) -> dict[str, Any]:
    number = len(paths)
    paths[number] = path
    goal = {
        "hypotheses": [],
        "target": path,
        "head": "Eq",
        "binders": [{"name": "n", "dependent": True, "proposition": False}],
        "key": path,
    }
    return {"id": number, "key": path, "goals": [goal]}


def progress(request: int, index: int, *paths: str) -> None:
    states = [made(path) for path in paths]
    reply(id=request, index=index, outcome="progress", states=states, microseconds=1)


def failed(request: int, index: int, message: str = "no") -> None:
    reply(id=request, index=index, outcome="error", states=[], message=message, microseconds=1)


def eat() -> None:
    while True:
        ballast.append(b"x" * 2**24)
        time.sleep(0.01)


def act(request: int, index: int, path: str, tactic: str) -> bool:
    """Does what the tactic says; whether it closed the state."""
    word, _, argument = tactic.partition(" ")
    match word:
        case "close":
            reply(id=request, index=index, outcome="closed", message="", microseconds=1)
            return True
        case "split":
            progress(request, index, path + "l", path + "r")
        case "once" if len(LOG.read_text().splitlines()) > 1:
            progress(request, index, "elsewhere")
        case "once" | "step":
            progress(request, index, path + tactic[-1])
        case "die":
            raw(nonce + ' {"id": 0, "ind')
            os.kill(os.getpid(), 9)
        case "last-words":
            sys.stderr.write("INTERNAL PANIC: out of memory\n")
            sys.exit(3)
        case "garbage":
            raw(f"{nonce} not json\n")
        case "skip":
            failed(request, index + 1)
        case "late":
            time.sleep(float(argument))
            failed(request, index, "late")
        case "forge":
            raw(f'{"0" * 32} {{"id": {request}, "index": {index}, "outcome": "closed"}}\n')
            raw(f'{{"id": {request}, "index": {index}, "outcome": "closed"}}\nno newline')
            failed(request, index)
        case "old":
            reply(id=request - 1, result={})
        case "flood":
            for _ in range(200):
                raw("noise " * 2000 + "\n")
                sys.stderr.write("noise " * 2000 + "\n")
            failed(request, index)
        case "long":
            while True:
                raw("x" * 2**20)
        case "spawn":
            child = subprocess.Popen(["sleep", "600"])
            failed(request, index, str(child.pid))
        case "eat":
            eat()
        case _:
            failed(request, index)
    return False


def run(request: int, fields: dict[str, Any]) -> None:
    with LOG.open("a") as log:
        log.write(json.dumps(fields["tactics"]) + "\n")
    count = 0
    for index, tactic in enumerate(fields["tactics"]):
        count += 1
        if act(request, index, paths[fields["state"]], tactic):
            break
    reply(id=request, result={"count": count})


def answer(request: int, op: str, fields: dict[str, Any]) -> None:
    global nonce
    match op:
        case "hello":
            nonce = fields["nonce"]
            protocol = 2 if MODE == "other-protocol" else 1
            reply(id=request, result={"lean": "4.0.0", "protocol": protocol})
        case "header" if "wrong" in fields["header"]:
            reply(id=request, failure="header", message="unknown identifier 'wrong'")
        case "header":
            reply(id=request, result={"stop": len(fields["header"].encode())})
        case "open" if "wrong" in fields["declaration"]:
            reply(id=request, failure="declaration", message="unknown identifier 'wrong'")
        case "open":
            reply(id=request, result={"state": made(".")})
        case "run":
            run(request, fields)
        case "free":
            for number in fields["states"]:
                del paths[number]
            reply(id=request, result={})
        case "verify" if fields["script"] == "once" and not LOG.read_text():
            LOG.write_text("died\n")
            os.kill(os.getpid(), 9)
        case "verify" if fields["script"] in ("die", "late"):
            act(request, 0, "", fields["script"] + " 5")
        case "verify":
            verdict = {
                "accepted": fields["script"] in ("close", "once"),
                "reason": "",
                "axioms": [],
            }
            reply(id=request, result=verdict)
        case "ping":
            reply(id=request, result={"states": sorted(paths.values()), "pid": os.getpid()})
        case _:
            reply(id=request, failure="request", message=f"no operation {op}")


def main() -> None:
    LOG.touch()
    if MODE == "dies":
        sys.exit("cannot open the library")
    if MODE == "sleeps":
        time.sleep(60)
    for line in sys.stdin:
        fields = json.loads(line)
        answer(fields.pop("id"), fields.pop("op"), fields)


main()
