"""Has the service fill holes of a document, or suggest tactics for one."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

from prover.errors import InputProblem, sentences
from prover.lsp.actions import Suggestion
from prover.lsp.documents import Document, Edit, applied, at_lean_place, lean_place
from prover.lsp.framing import Json
from prover.service.client import Client
from prover.service.requests import CheckRequest, ProveRequest, SuggestRequest
from prover.service.telling import told

SHOWN = 60
"""Characters of a tactic in the name of its action."""

MORE = "`prover lsp` can give it more with `--seconds`"

Place = tuple[int, int]
"""The line, from 1, and the column, in characters, of a hole."""
Report = Callable[[str], None]
"""Is told how the work goes."""


class Proving:
    """Proofs for holes of one version of a document, one hole after another."""

    def __init__(
        self, client: Client, document: Document, seconds: float | None, report: Report
    ) -> None:
        self._client = client
        self._document = document
        self._seconds = seconds
        self._report = report
        self.edits: list[Edit] = []
        """What puts the proofs found so far into the document, in order. Lean has checked each."""
        self.failures: list[str] = []
        """Why holes are left."""

    async def holes(self) -> list[Place]:
        """The holes that Lean finds in the document. Raises `InputProblem` when it can't tell."""
        self._report("Lean reads the file")
        request = CheckRequest.model_validate({"file": {"text": self._document.text}})
        places, errors = [], []
        async with aclosing(self._client.check(request)) as events:
            async for event in events:
                if event["event"] == "hole" and event["obstacle"]:
                    self.failures.append(f"Line {event['line']}: {event['obstacle']}")
                elif event["event"] == "hole":
                    places.append((event["line"], event["column"]))
                if event["event"] == "message" and event["severity"] == "error":
                    errors.append(f"line {event['line']}: {event['text']}")
        if event["status"] in ("error", "cancelled"):
            raise InputProblem(event["message"], event.get("hint", ""))
        if not (places or self.failures):
            raise InputProblem(errors[0] if errors else "the file has no `sorry`")
        return sorted(places)

    async def prove(self, places: Sequence[Place]) -> None:
        """Looks for a proof for each of the holes, which are in order."""
        for number, place in enumerate(places, 1):
            of = f"{number} of {len(places)}: " if len(places) > 1 else ""
            result = await self._proved(place, of)
            if result["status"] != "proved":
                self.failures.append(described(place[0], result))

    async def _proved(self, place: Place, of: str) -> Json:
        """The result for a hole; its proof is among the edits then."""
        text, original = applied(self._document.text, self.edits), self._document.text
        moved = len(text) - len(original)
        line, column = lean_place(text, at_lean_place(original, *place) + moved)
        body = _body(text, (line, column), self._seconds, {"omit": ["expanded", "opened"]})
        events = self._client.prove(ProveRequest.model_validate(body))
        result = await _result(events, lambda message: self._report(of + message))
        if "edit" in result:
            edit = _edit(text, result["edit"])
            self.edits.append(Edit(edit.start - moved, edit.stop - moved, edit.text))
        return result


async def suggest(
    client: Client, document: Document, place: Place, seconds: float | None, report: Report
) -> list[Suggestion]:
    """Tactics that work at a hole, those that close the goal first. Raises `InputProblem`."""
    request = SuggestRequest.model_validate(_body(document.text, place, seconds, {}))
    result = await _result(client.suggest(request), report)
    if "suggestions" not in result:
        raise InputProblem(result["message"], result.get("hint", ""))
    return [
        Suggestion(_title(one), *place, _edit(document.text, one["edit"]))
        for one in result["suggestions"]
    ]


def described(line: int, result: Json) -> str:
    """Why there is no proof for the hole on this line."""
    message = f"Line {line}: {result['message'] or result['status']}"
    more = MORE if result["status"] == "limit" and result.get("limit") == "seconds" else ""
    refusal = result.get("refusal")
    refused = f"The script was:\n{refusal['script']}\n" if refusal else ""
    return sentences(message, result.get("hint", ""), more, refused)


def _body(text: str, place: Place, seconds: float | None, more: Json) -> Json:
    file = {"text": text, "line": place[0], "column": place[1]}
    return {"file": file, "limit": {"seconds": seconds} if seconds else {}, **more}


def _edit(text: str, edit: Json) -> Edit:
    """The service's edit of a text."""
    start, stop = (
        at_lean_place(text, edit[name]["line"], edit[name]["column"]) for name in ("start", "end")
    )
    return Edit(start, stop, edit["text"])


def _title(suggestion: Json) -> str:
    tactic = " ".join(suggestion["tactic"].split())
    shown = tactic if len(tactic) <= SHOWN else tactic[: SHOWN - 1] + "…"
    goals = len(suggestion["goals"])
    left = "closes the goal" if suggestion["closes"] else f"leaves {goals} goal" + "s" * (goals > 1)
    return f"{shown} ({left})"


async def _result(events: AsyncGenerator[Json, None], report: Report) -> Json:
    """The last event; the others are reported."""
    async with aclosing(events):
        async for event in events:
            if message := told(event):
                report(message)
    return event
