"""Stands in for `lake`, so that LeanDojo's `Dojo` starts something over a real terminal.

`build` does nothing; `env lean --version` tells a version; with `-o` it "compiles"; with a file it
answers as the program beside this one, unless the file says `nowhere`. Each call is a line of the
file that the variable `STAND_IN_LOG` names.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
from pathlib import Path

REPL = Path(__file__).with_name("stand_in_repl.py")


def main(arguments: list[str]) -> None:
    with Path(os.environ["STAND_IN_LOG"]).open("a") as log:
        log.write(json.dumps([str(Path.cwd()), os.environ.get("LEAN_PATH"), *arguments]) + "\n")
    if arguments == ["build"]:
        print("Build completed successfully.")
    elif "--version" in arguments:
        print("Lean (version 4.28.0, stand-in)")
    elif "-o" in arguments:
        if os.environ.get("STAND_IN_FAILS"):
            sys.exit("unknown constant `Lean.Nothing`")
        Path(arguments[arguments.index("-o") + 1]).write_bytes(b"compiled")
    else:
        text = Path(arguments[-1]).read_text()
        print("T.lean:1:0: warning: printed before the first state")
        if "nowhere" in text:
            sys.exit(f"{arguments[-1]}:3:1: error: unknown identifier `nowhere`")
        runpy.run_path(str(REPL))["main"](2000)


main(sys.argv[1:])
