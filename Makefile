# Everything sets itself up in .venv and does so again only when pyproject.toml has changed.
PYTHON ?= $(shell for python in python3.11 python3.12 python3; do \
  $$python -c 'import venv' 2>/dev/null && echo $$python && break; done)
BIN := .venv/bin
# Up to four processes, each with up to four Leans of 1 GB, and one thread for torch in each.
SEVERAL := --numprocesses logical --maxprocesses 4 --dist worksteal

.PHONY: demo test test-all test-cluster check format clean

# Prove the theorems of the demo.
demo: .venv/ready
	$(BIN)/prover setup
	$(BIN)/prover prove examples/demo.lean

# The tests to run after every change.
test: .venv/ready-to-develop
	$(BIN)/prover setup
	OMP_NUM_THREADS=1 $(BIN)/pytest -m "not slow and not gpu and not cluster" $(SEVERAL)

# What `make test` leaves out, but for tests that need a GPU or a Ray cluster.
test-all: .venv/ready-to-develop
	$(BIN)/prover setup
	OMP_NUM_THREADS=1 $(BIN)/pytest -m "slow and not gpu and not cluster" $(SEVERAL)

# A Ray cluster of two nodes on this machine, one of them killed.
test-cluster: .venv/ready-to-develop
	$(BIN)/prover setup
	$(BIN)/pytest -m cluster

# Format, lint, types, and who imports whom.
check: .venv/ready-to-develop
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy --strict
	$(BIN)/lint-imports

format: .venv/ready-to-develop
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

clean:
	rm -rf .venv

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/ready: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

.venv/ready-to-develop: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@ .venv/ready
