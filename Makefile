# Everything runs in .venv, which the first call makes. Needs Python 3.11 or newer and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := estimate
.PHONY: estimate test check browser bench facts update-grids refit-models docs site clean

estimate: $(STAMP)  ## the account of a real workload
	@$(BIN)/carbonctl estimate configs/llama3.yaml

test: $(VENV)/.dev  ## the tests, then how accurate the estimates of published runs are
	@$(BIN)/python -m pytest -n auto
	@$(BIN)/carbonctl reproduce --summary

check: $(VENV)/.dev  ## style, types, imports
	@$(BIN)/ruff format --check carbonctl tests .github
	@$(BIN)/ruff check carbonctl tests .github
	@$(BIN)/mypy
	@$(BIN)/python -m pytest tests/test_imports.py

browser: $(VENV)/.dev  ## a browser for the tests of pages, where there is none
	@$(BIN)/python -m tests.browser

bench: $(VENV)/.dev  ## speed and memory, as ratios
	@$(BIN)/python -m tests.bench

facts: $(VENV)/.dev  ## everything in hardware_db, validated
	@$(BIN)/python -m pytest tests/catalog
	@$(BIN)/python -m tests.facts

# Prints what a folder of raw files would change: docs/updating-grids.md.
update-grids: $(VENV)/.dev  ## the tables of grids from raw files: RAW=folder [WRITE=1] [REFIT=1] [SKIP=1]
	@test -n "$(RAW)" || { echo "make update-grids RAW=folder: docs/updating-grids.md" >&2; exit 1; }
	@$(BIN)/python -m tests.update_grids "$(RAW)" \
		$(if $(WRITE),--write) $(if $(REFIT),--refit) $(if $(SKIP),--skip-refused)

# Prints a fit beside what is shipped, and the errors with each model left out.
refit-models: $(VENV)/.dev  ## the coefficients of language models from the measurements: [WRITE=1]
	@$(BIN)/python -m tests.refit_models $(if $(WRITE),--write)

docs: $(VENV)/.dev  ## the pages of docs/, as far as they are made of the code
	@$(BIN)/python -m tests.command_table
	@$(BIN)/python -m tests.docs

site: $(VENV)/.docs  ## the documentation as a site: build/site/index.html
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet
	@echo "build/site/index.html"

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "carbonctl needs Python 3.11 or newer: make PYTHON=python3.12" >&2; exit 1; }
	@echo "Setting up $(VENV) …" >&2
	@$(PYTHON) -m venv $(VENV)

# The bytecode is written now, so that the first run starts as fast as the others.
$(STAMP): $(VENV)/bin/python pyproject.toml
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --editable . >&2
	@$(BIN)/python -m compileall -q carbonctl
	@touch $@

$(VENV)/.dev: $(STAMP)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --editable '.[dev]' >&2
	@touch $@

$(VENV)/.docs: $(STAMP)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --editable '.[docs]' >&2
	@touch $@

clean:
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
