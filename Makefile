# Each target does all the set-up it needs on a machine with plain Python 3.11.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
# Also for the build backend's own environment, which `-c` alone does not reach.
export PIP_CONSTRAINT := constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1
PIP := $(BIN)/python -m pip install -qq -c constraints.txt
RULES := pyproject.toml constraints.txt

# Half the tests' time is waiting for terminals, so they share the cores they find.
SPREAD ?= -n auto --maxprocesses 4 --dist worksteal
COUNT ?= 0
SEED ?= 1
ONLY ?=
CASE ?=
ARGS ?=

.PHONY: run test check bench campaign faults picture reference
.DELETE_ON_ERROR:

run: $(VENV)/.run-ready
	@$(BIN)/lefi $(ARGS)

test: $(VENV)/.test-ready
	$(BIN)/python -m pytest $(SPREAD) $(ARGS)

check: $(VENV)/.test-ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/architecture/test_modules.py

# COUNT=0 is each campaign's own length. Goes on where it stopped; the report is campaign-SEED.json.
# ONLY=games SEED=1 CASE=17 shows one case again.
campaign: $(VENV)/.test-ready
	$(BIN)/python -m tests.campaign --count $(COUNT) --seed $(SEED) $(if $(CASE),--case $(CASE)) $(ONLY)

# The table of faults: number, test, result.
faults: $(VENV)/.test-ready
	$(BIN)/python -m tests.faults

bench: $(VENV)/.bench-ready
	$(BIN)/python -m tests.bench $(ONLY)

# The README's picture, taken by the program itself.
picture: $(VENV)/.test-ready
	$(BIN)/python -m tests.screens.picture

# What Lefi can say, written from the one table that the checker reads.
reference: $(VENV)/.test-ready
	$(BIN)/python -m tests.unit.lang.write_reference

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Lefi needs Python 3.11 or newer")'
	@echo "Making $(VENV) and filling it: this takes a minute, once" >&2
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run-ready: $(VENV)/.made $(RULES)
	@$(PIP) -e .
	@touch $@

$(VENV)/.test-ready: $(VENV)/.made $(RULES)
	@$(PIP) -e '.[test]'
	@touch $@ $(VENV)/.run-ready

$(VENV)/.bench-ready: $(VENV)/.test-ready
	@$(PIP) -e '.[test,bench]'
	@touch $@
