"""Stands in for Lean behind LeanDojo's protocol; run as a program over a real terminal.

The first state has as many characters as the first argument says. A command `reply N` is answered
by a state of N characters; `state T` by the state `⊢ T`; `length` by the number of bytes of its
own line; `print` prints lines before and behind the reply; `sleep` never answers; `die` ends at
once; anything else is refused.
"""

from __future__ import annotations

import json
import os
import sys
import time


def reply(state: str | None, error: str | None = None, sid: int = 1) -> None:
    text = json.dumps({"sid": sid, "tacticState": state, "error": error}, ensure_ascii=False)
    os.write(1, f"REPL> {text}\n".encode())


def state(characters: int) -> str:
    return "⊢ " + "x" * (characters - 2)


def answer(line: bytes) -> None:
    command = json.loads(line)["cmd"]
    match command.split():
        case ["reply", characters]:
            reply(state(int(characters)))
        case ["state", *words]:
            reply("⊢ " + " ".join(words))
        case ["length", *_]:
            reply(f"⊢ {len(line.rstrip())} = {len(command)}")
        case ["print"]:
            os.write(1, b"a message\nanother\n")
            reply(state(10))
            os.write(1, b"a late message\n")
        case ["done"]:
            reply("no goals")
        case ["sleep"]:
            time.sleep(60)
        case ["die"]:
            os._exit(1)
        case _:
            reply(None, f"unknown tactic {command}")


def main(characters: int = 10) -> None:
    reply(state(characters), sid=0)
    rest = b""
    while chunk := os.read(0, 2**16):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            answer(line)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
