# `make run` and `make test` are all a newcomer needs; Python 3.11 or newer is all the machine needs.
PYTHON ?= python3
VENV ?= .venv
ARGS ?=
BIN = $(VENV)/bin

.PHONY: run test check bench
.DEFAULT_GOAL := run

run: $(VENV)/installed
	@exec $(BIN)/python manage.py serve $(ARGS)

test: $(VENV)/installed-dev
	$(BIN)/python -m pytest -m "not slow" $(ARGS)

check: $(VENV)/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/djlint templates --check --lint
	$(BIN)/mypy .
	$(BIN)/hadolint Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec compose.yaml
	$(BIN)/python manage.py makemigrations --check --dry-run
	DATA_DIR=$$(mktemp -d) PUBLIC_BASE_URL=https://gateway.example.com $(BIN)/python manage.py check --deploy --fail-level WARNING

bench: $(VENV)/installed-dev
	$(BIN)/python -m bench

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "OpenAlgo needs Python 3.11 or newer; name one: make run PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing (Debian and Ubuntu: apt install python3-venv)" >&2; exit 1; }

$(VENV)/installed: requirements.txt | $(VENV)/bin/python
	@echo "Installing what requirements.txt pins ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/installed-dev: requirements.txt requirements-dev.txt | $(VENV)/bin/python
	@echo "Installing what requirements-dev.txt pins ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ $(VENV)/installed
