# Each target's help is the text after its two hashes; `make` alone prints them.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt
# An installed extra is a stamp: pip runs again only when the files it reads have changed.
RUNTIME := .venv/runtime.stamp
DEV := .venv/dev.stamp
BENCH := .venv/bench.stamp
WORDS := -F pyproject.toml -k translatable -k text -k plural:1,2 -k counted:1,2 \
  --omit-header --add-location=file --sort-by-file --width=100

# One thread a process: two test workers and BLAS threads would fight for the same cores.
test test-square test-slow unit bench mutants: export OPENBLAS_NUM_THREADS := 1
test test-square test-slow unit bench mutants: export OMP_NUM_THREADS := 1

.PHONY: help setup run fmt lint types imports words unit test test-square test-slow test-pg browser migrate migration check bench mutants

help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

setup: $(DEV) ## make .venv and install all that running and testing need

run: $(RUNTIME) ## serve a demo exam on this machine and print its sign-ins (Ctrl-C stops it)
	@exec $(BIN)/adept serve --demo

fmt: $(DEV) ## format the code and mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lint: $(DEV) ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(DEV) ## mypy, strict
	$(BIN)/mypy

imports: $(DEV) ## the import contracts in pyproject.toml
	$(BIN)/lint-imports

words: $(DEV) ## collect what the candidate's pages say for translators, in app/web/words/candidate.pot
	$(BIN)/pybabel -q extract $(WORDS) -o app/web/words/candidate.pot .

unit: $(DEV) ## the unit tests: no I/O, under a minute
	$(BIN)/pytest -n 2 tests/unit

test: $(DEV) ## every test but the slow ones: SQLite, PostgreSQL where it matters, browser
	$(BIN)/pytest -n 2 --dist worksteal

test-square: $(DEV) ## what `test` leaves out of the square: every test of a database on PostgreSQL
	$(BIN)/pytest -n 2 --dist worksteal --every-database -m "postgres and not slow and not each_database"

test-slow: $(DEV) ## the slow tests
	$(BIN)/pytest -n 2 --dist worksteal -m slow

test-pg: $(DEV) ## the tests that need PostgreSQL
	$(BIN)/pytest -m "postgres and not slow"

browser: $(DEV) ## the tests that need Chromium
	$(BIN)/pytest -m "browser and not slow"

migrate: $(RUNTIME) ## bring the database of ADEPT_DATABASE_URL to the newest schema
	$(BIN)/adept migrate

migration: $(DEV) ## start a migration from the difference to the tables: make migration name=add_release_switch
	@test -n "$(name)" || { echo 'say its name: make migration name=add_release_switch' >&2; exit 2; }
	$(BIN)/python -m migrations.new "$(name)"
	$(BIN)/ruff format migrations/versions

check: lint types imports test ## lint, types, imports and test

bench: $(BENCH) ## the benchmarks, as ratios against peers and floors
	$(BIN)/python -m benchmarks

mutants: $(DEV) ## plant 400 faults one by one and report which no test notices (hours; it goes on where it stopped)
	$(BIN)/python -m tests.mutants

.venv/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo 'Adept needs Python 3.11 or newer, and "$(PYTHON)" is not. Name one: make PYTHON=python3.12 ...' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo 'Python has no venv module here. On Debian and Ubuntu: apt-get install python3-venv' >&2; exit 1; }
	$(PYTHON) -m venv .venv

$(RUNTIME): .venv/pyvenv.cfg pyproject.toml constraints.txt
	$(PIP) -e .
	@touch $@

# What runs is part of what tests: both stamps are fresh after it.
$(DEV): .venv/pyvenv.cfg pyproject.toml constraints.txt
	$(PIP) -e '.[dev]'
	@touch $(RUNTIME) $@

$(BENCH): $(DEV)
	$(PIP) -e '.[dev,bench]'
	@touch $@
