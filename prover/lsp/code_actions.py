"""The code actions that the proxy adds, and the commands behind them.

The actions carry a command and no edit: all editors answer a chosen action's command without being
held up, while some wait a few seconds for `codeAction/resolve` and stand still meanwhile. The names
of the commands have a part that is drawn by chance, as VS Code knows the commands of all servers by
their names alone, and starts a server for each project.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from prover.lean_file import Hole
from prover.lsp.documents import Document, Edit
from prover.lsp.framing import Json
from prover.lsp.open_documents import Mark

KIND = "quickfix"
STOP = "stop"
"""The command that ends work under way."""


class ActionKind(StrEnum):
    """What can be done."""

    PROVE = "prove"
    SUGGEST = "suggest"
    PROVE_ALL = "proveAll"


TITLES = {
    ActionKind.PROVE: "Prove this goal",
    ActionKind.SUGGEST: "Suggest tactics",
    ActionKind.PROVE_ALL: "Prove all sorries in this file",
}


@dataclass(frozen=True)
class ActionCommand:
    """What the user has chosen."""

    verb: ActionKind
    uri: str
    version: int | None
    line: int
    """Of the hole, counted from 1."""
    column: int
    """In characters, counted from 0."""


@dataclass(frozen=True)
class Suggestion:
    """A tactic for a hole, with the edit that puts it there."""

    title: str
    button: str
    """A shorter title."""
    mark: Mark
    edit: Edit
    """Counted from the mark."""


class Actions:
    """The actions of one proxy."""

    def __init__(self) -> None:
        self._mark = secrets.token_hex(8)

    @property
    def commands(self) -> list[str]:
        """The names of the commands."""
        return [self._command(name) for name in (*ActionKind, STOP)]

    def order(self, params: Json) -> ActionCommand | None:
        """What a `workspace/executeCommand` has us begin; None for other commands."""
        for verb in ActionKind:
            if params["command"] == self._command(verb):
                [place] = params["arguments"]
                return ActionCommand(verb, **place)
        return None

    def stopped(self, params: Json) -> str | None:
        """The name of the work that a `workspace/executeCommand` ends; None for other commands."""
        if params["command"] != self._command(STOP):
            return None
        [name] = params["arguments"]
        return str(name)

    def is_ours(self, action: Json) -> bool:
        """Whether an action that is to be resolved is one of ours."""
        data = action.get("data")
        return isinstance(data, dict) and data.get("prover") == self._mark

    def of(self, document: Document, hole: Hole, verbs: Sequence[ActionKind]) -> list[Json]:
        """The actions for a hole of a document."""
        return [self._action(document, hole, verb) for verb in verbs]

    def stop(self, title: str, name: str) -> Json:
        """The action that ends the work of this name."""
        command = {"title": title, "command": self._command(STOP), "arguments": [name]}
        return {"title": title, "kind": KIND, "command": command, "data": {"prover": self._mark}}

    def using(self, document: Document, suggestions: Sequence[Suggestion]) -> list[Json]:
        """The actions that put tactics into their hole."""
        return [
            {
                "title": one.title,
                "kind": KIND,
                "edit": workspace_edit(document, [one.mark.at(one.edit)]),
                "data": {"prover": self._mark},
            }
            for one in suggestions
        ]

    def _action(self, document: Document, hole: Hole, verb: ActionKind) -> Json:
        place = asdict(ActionCommand(verb, document.uri, document.version, hole.line, hole.column))
        del place["verb"]
        title = TITLES[verb]
        command = {"title": title, "command": self._command(verb), "arguments": [place]}
        return {"title": title, "kind": KIND, "command": command, "data": {"prover": self._mark}}

    def _command(self, name: str) -> str:
        return f"prover.{name}.{self._mark}"


def wanted(context: Json) -> bool:
    """Whether the editor asks for actions of our kind."""
    only = context.get("only")
    return only is None or any(kind in ("", KIND) for kind in only)


def workspace_edit(document: Document, edits: Sequence[Edit]) -> Json:
    """Edits that hold for this version of the document only."""
    identifier = {"uri": document.uri, "version": document.version}
    changes = {"textDocument": identifier, "edits": document.text_edits(edits)}
    return {"documentChanges": [changes]}


def with_ours(capabilities: Json, commands: Sequence[str]) -> Json:
    """The server's capabilities with what we add."""
    provider = capabilities.get("codeActionProvider") or {"codeActionKinds": [KIND]}
    kinds = provider.get("codeActionKinds") if isinstance(provider, dict) else None
    if kinds is not None and KIND not in kinds:
        provider = {**provider, "codeActionKinds": [*kinds, KIND]}
    executes = capabilities.get("executeCommandProvider") or {}
    both = [*executes.get("commands", []), *commands]
    executes = {**executes, "commands": both}
    return {
        **capabilities,
        "codeActionProvider": provider,
        "executeCommandProvider": executes,
    }
