# Two commands do everything on a fresh machine with python3.11+ and make:
#   make run    sets up and starts the app
#   make test   sets up and runs the tests
.PHONY: run test soak check fix clean
.DEFAULT_GOAL := run
PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/python -m uv

.venv/made: Makefile
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make run PYTHON=python3.12, for example." >&2; exit 1; }
	$(PYTHON) -m venv .venv || { echo "The venv module is missing: install your system's python3-venv package." >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@touch $@

.venv/installed: .venv/made requirements.lock pyproject.toml
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps -e .
	@touch $@

.venv/dev: .venv/installed requirements-dev.lock
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@touch $@

run: .venv/installed
	$(BIN)/python app.py

# Two processes, for two cores. What takes minutes is in `soak`; what measures speed or memory there has the machine alone.
test: .venv/dev
	$(BIN)/python -m pytest -m "not soak" -n 2 --dist worksteal $(ARGS)

soak: .venv/dev
	$(BIN)/python -m pytest -m "soak and not alone" -n 2 --dist worksteal $(ARGS)
	$(BIN)/python -m pytest -m "soak and alone" $(ARGS)

check: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: .venv/dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock:
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml -o requirements.lock
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf .venv
