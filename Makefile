# `make run` serves the app, `make test` runs everything CI runs. Both set themselves up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
# One more than the cores of a small machine: journeys often wait for a page.
WORKERS ?= 3
THOROUGH := tests/test_quotas.py tests/test_repairs.py tests/test_conflicts.py tests/test_unlikely.py

.PHONY: run test unit lint types bench fake-census soak screenshots clean

run: $(STAMP)
	$(BIN)/sampler app

test: lint types
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder

unit: $(DEV_STAMP)
	$(BIN)/python -m pytest -q -n $(WORKERS) -m "not browser"

lint: $(DEV_STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(DEV_STAMP)
	$(BIN)/mypy

bench: $(DEV_STAMP)
	$(BIN)/python -m tests.bench.run

fake-census: $(DEV_STAMP)
	$(BIN)/python -m tests.fake_census

soak: $(DEV_STAMP)
	SAMPLER_THOROUGH=1 $(BIN)/python -m pytest -q -o norecursedirs=".*" tests/soak $(THOROUGH)

screenshots: $(DEV_STAMP)
	$(BIN)/python -m tests.browser.screenshots

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed. Name one: make run PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(STAMP): pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(DEV_STAMP): pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $(STAMP) $@

clean:
	rm -rf .venv .venv-newest tests/shots .mypy_cache .ruff_cache .hypothesis
