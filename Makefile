# Two commands: `make run` starts Cares, `make test` proves it. Both need only Python 3.11+ and make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SOURCES := lms tests bench
# Without kept bytecode every process that the tests start would compile the libraries anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test soak bench check style types risks audit format migration lock clean

run: $(VENV)/installed
	$(BIN)/lms up --demo

test: $(VENV)/installed-dev audit
	$(BIN)/python -m pytest -n auto --dist loadscope

check: $(VENV)/installed-dev
	@$(MAKE) --no-print-directory --jobs 2 --output-sync types risks style

style:
	$(BIN)/ruff check $(wildcard $(SOURCES))
	$(BIN)/ruff format --check $(wildcard $(SOURCES))
	$(BIN)/lint-imports

types:
	$(BIN)/mypy

risks:
	$(BIN)/bandit --quiet --recursive lms --configfile pyproject.toml

audit: check ## Known holes in the libraries too; says so where nobody can be asked
	$(BIN)/python -m tests.attacks.libraries

soak: $(VENV)/installed-dev ## Kill processes under load, hundreds of times, on both databases; takes half an hour
	$(BIN)/python -m tests.faults.soak
	$(BIN)/python -m pytest -m soak -rP

bench: $(VENV)/installed-dev ## Every figure of docs/performance.md; takes half an hour
	$(BIN)/python -m bench

format: $(VENV)/installed-dev
	$(BIN)/ruff check --fix $(wildcard $(SOURCES))
	$(BIN)/ruff format $(wildcard $(SOURCES))

$(VENV)/installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Cares needs Python 3.11 or newer; this is %d.%d. Try: make PYTHON=python3.12" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/installed-dev: $(VENV)/installed requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-compile --require-hashes --requirement requirements-dev.lock
	touch $@

migration: $(VENV)/installed-dev ## Write the step from the tables so far to the models: make migration message="Keep a language"
	$(BIN)/python -m lms.operate.drafting "$(message)"

lock: ## Choose versions anew; needs uv
	uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 \
		pyproject.toml --group build --output-file requirements.lock --upgrade
	uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 \
		--group dev --constraint requirements.lock --output-file requirements-dev.lock --upgrade

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
