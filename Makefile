# Clerestory's commands; `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help run test unit faults check format store store-stop bench-ingest bench-ifc bench-forecast quality venv

PYTHONS := python3.13 python3.12 python3.11 python3
PYTHON := .venv/bin/python
# A module's tests stay together, those of each kind of store: they share its server.
PYTEST := $(PYTHON) -m pytest --numprocesses logical --dist loadscope --no-loadscope-reorder
PIP := $(PYTHON) -m pip install --quiet --disable-pip-version-check --no-input
# An interrupted or outdated environment is made anew, and everything installed again.
MISSING := $(shell $(PYTHON) -c 'import pip' 2>/dev/null || echo venv)

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' $(MAKEFILE_LIST) | expand -t 20

run: .venv/.installed ## the whole twin on this machine; Ctrl-C stops it
	@exec $(PYTHON) app.py

test: .venv/.installed-for-tests ## every test this machine can run, on real servers
	@sh tests/system_packages.sh
	@$(PYTHON) -m tests.real_store prepare || [ $$? -eq 3 ]
	@$(PYTEST)

unit: .venv/.installed-for-tests ## the tests that need nothing, not even time
	@$(PYTEST) tests/unit -m 'not slow'

faults: .venv/.installed-for-tests ## break servers while devices publish, and count what is lost (15 minutes)
	@sh tests/system_packages.sh
	@$(PYTHON) -m tests.faults

check: .venv/.installed-for-tests ## style, types and the direction of imports
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m mypy --strict
	.venv/bin/lint-imports

format: .venv/.installed-for-tests ## lay the code out
	$(PYTHON) -m ruff check --fix
	$(PYTHON) -m ruff format

store: .venv/.installed-for-tests ## start a real TimescaleDB + PostGIS server and print its address
	@$(PYTHON) -m tests.real_store start

store-stop: .venv/.installed-for-tests ## stop it and remove its data
	@$(PYTHON) -m tests.real_store stop

bench-ingest: .venv/.installed-for-tests ## how fast the ingest is, beside Node-RED and the limits of broker and store
	@sh tests/system_packages.sh
	@$(PYTHON) -m benchmarks.ingest

bench-ifc: .venv/.installed-for-tests ## how fast models are read and drawn, beside the default kernel and web-ifc
	@$(PYTHON) -m benchmarks.ifc

bench-forecast: .venv/.installed-for-tests ## how fast many series are forecast, beside MSTL
	@$(PYTHON) -m benchmarks.forecast

quality: .venv/.installed-for-tests ## how good the analytics are on public data, beside their baselines
	@$(PYTHON) -m benchmarks.quality

.venv/.installed: requirements.txt $(MISSING)
	@echo "Installing $<"
	@$(PIP) -r $<
	@touch $@

.venv/.installed-for-tests: tests/requirements.txt requirements.txt $(MISSING)
	@echo "Installing $<"
	@$(PIP) -r $<
	@touch $@ .venv/.installed

venv:
	@find_python() { \
		for python in $(PYTHONS); do \
			$$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && return; \
		done; \
		return 1; \
	}; \
	if ! find_python && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing python3-venv"; \
		export DEBIAN_FRONTEND=noninteractive; \
		{ apt-get update && apt-get install --yes --no-install-recommends python3-venv; } >/dev/null; \
	fi; \
	if ! find_python; then \
		echo "Clerestory needs Python 3.11 or newer with its venv module (Debian, Ubuntu: apt-get install python3-venv)." >&2; \
		exit 1; \
	fi; \
	echo "Making .venv with $$python"; \
	$$python -m venv --clear .venv
