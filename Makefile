# Each job in one command. make is a shortcut: every job is one command without it, too.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DONE := $(VENV)/.installed
BOARD_DONE := $(VENV)/.installed-board
TESTS_DONE := $(VENV)/.installed-tests

.PHONY: help demo test lab board lint notebooks bench lowest clean

help: ## List the jobs
	@grep -hE '^[a-z]+:.*##' "$(firstword $(MAKEFILE_LIST))" | sed -E 's/:.*## /\t/' | expand -t 12

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or later is needed; name one with: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo "No virtual environment could be made; on Debian or Ubuntu: apt install python3-venv"; exit 1; }

$(DONE): pyproject.toml | $(BIN)/python
	@echo "Installing into $(VENV) (once; about a minute) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -e .
	@touch $@

$(TESTS_DONE): $(DONE)
	@echo "Installing what the tests need ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -e '.[test]'
	@touch $@

$(BOARD_DONE): $(DONE)
	@echo "Installing what notebooks, pack and board room need ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -e '.[board,pack]'
	@touch $@

demo: $(DONE) ## Rank, price and choose the example portfolio; write out/
	@$(BIN)/pmo demo --out out

test: $(TESTS_DONE) ## Run every test: library, command line, notebooks, style
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/python -m pytest -q -n 2 --dist worksteal -m "not browser" || \
		$(BIN)/python -m pytest -q -m "not browser" --last-failed --last-failed-no-failures none
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile -m browser tests || \
		$(BIN)/python -m pytest -q -m browser --last-failed tests
	@$(BIN)/python -m pytest -q -n 2 --dist loadscope -o addopts=--strict-markers --nbval-lax notebooks

lab: $(BOARD_DONE) ## Open the notebooks, first of them 00_decision_on_one_page
	@$(BIN)/jupyter lab notebooks/00_decision_on_one_page.ipynb

board: $(BOARD_DONE) ## Open the board room on a copy of the example portfolio, kept in out/board
	@$(BIN)/pmo board

lint: $(TESTS_DONE) ## Mend style where that is automatic
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

notebooks: $(TESTS_DONE) ## Execute every notebook and store it executed
	@$(BIN)/python notebooks/execute.py

bench: $(TESTS_DONE) ## Measure speed beside plain numpy and, where installed, rival libraries
	@$(BIN)/python benchmarks/bench_scoring.py
	@$(BIN)/python benchmarks/bench_workbench.py
	@$(BIN)/python benchmarks/bench_selection.py
	@$(BIN)/python benchmarks/bench_pack.py

lowest: ## Run the tests on the lowest supported version of every package
	@.ci/lowest

clean: ## Remove what the other jobs made
	rm -rf $(VENV) $(VENV)-lowest out build *.egg-info .pytest_cache .ruff_cache .hypothesis
