"""Has the editor fill holes, in whichever version of the document it has by then."""

from __future__ import annotations

from prover.lsp.actions import workspace_edit
from prover.lsp.documents import Document, Edit
from prover.lsp.editor import Editor, EditorRefused
from prover.lsp.following import Documents, Mark

TRIES = 5
SEEN_SECONDS = 2.0
"""How long an editor may take to tell of a change that it has made."""
MOVED = "the text that it was found for has changed"
STALE = "the editor has a newer version"


async def fill(editor: Editor, documents: Documents, mark: Mark, edit: Edit, label: str) -> str:
    """Why the edit, which counts from the mark, was not made; empty when it was.

    An editor refuses an edit of a version that it has no more, of which it may not have told yet.
    Neovim does not make it either, but says that it did. So it is tried again in the next version,
    unless the mark was touched.
    """
    reason = MOVED
    for _ in range(TRIES):
        document = documents.get(mark.uri)
        if document is None or mark.touched.is_set():
            return MOVED
        mark.filling = edit
        reason = await _refusal(editor, document, mark.at(edit), label)
        if not reason:
            # Some tell of the change only after they have answered.
            while not mark.gone and await documents.changes(mark.uri, SEEN_SECONDS):
                pass
        mark.filling = None
        unchanged = documents.get(mark.uri) is document
        if not reason and (mark.gone or unchanged):
            return ""
        reason = reason or STALE
        if unchanged and not await documents.changes(mark.uri, SEEN_SECONDS):
            return reason
    return reason


async def _refusal(editor: Editor, document: Document, edit: Edit, label: str) -> str:
    """The editor's reason not to make an edit of a version of a document; empty where it did."""
    params = {"label": f"prover: {label}", "edit": workspace_edit(document, [edit])}
    try:
        answer = await editor.request("workspace/applyEdit", params)
    except EditorRefused as refused:
        return refused.message
    if isinstance(answer, dict) and answer.get("applied"):
        return ""
    return (answer or {}).get("failureReason") or "the editor did not say why"
