"""A proxy between an editor and Lean's language server, which adds code actions that prove."""
