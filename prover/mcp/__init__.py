"""The prover as tools of the Model Context Protocol, for AI agents: a front end of the service."""
