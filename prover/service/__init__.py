"""The local service: one process with a policy and a pool of Leans, for editors and tools."""
