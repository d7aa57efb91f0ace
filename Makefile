# One command each. Python 3.11 or newer with pip is all that must be there.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$p; break; fi; done)
BIN = .venv/bin
COMPILE = $(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links --no-emit-build-options

# Compiled modules halve the time to the first page; some machines are told not to keep them.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run setup setup-dev test check bench lock routes messages clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

# In production nothing is assumed: settings are named one by one.
ifneq ($(APP_ENV),production)
run: export DEMO ?= 1
run: export HOST ?= 0.0.0.0
endif
run: setup ## set up what is missing, then run everything (HOST, PORT, DATA_DIR, DATABASE_URL are respected)
	@$(BIN)/python -m app.serve

setup: python ## the virtual environment and htmx, nothing else
	@$(PYTHON) requirements/install.py base
	@$(BIN)/python requirements/assets.py

setup-dev: python ## the same with what tests and checks need
	@$(PYTHON) requirements/install.py base dev
	@$(BIN)/python requirements/assets.py --checks

test: setup-dev ## everything, on SQLite, on PostgreSQL and in a browser
	@$(BIN)/python .ci/test.py

check: setup-dev ## only what reads the code: style, import contracts, the house
	@$(BIN)/python .ci/test.py --quick

bench: setup-dev ## the figures, each beside its floor of the same run
	@$(BIN)/python -m tests.bench

lock: setup-dev ## compile requirements/*.in into locks with hashes, and package-lock.json
	$(COMPILE) requirements/base.in -o requirements/base.lock
	$(COMPILE) requirements/dev.in -o requirements/dev.lock
	$(COMPILE) requirements/assets.in -o requirements/assets.lock
	npm install --package-lock-only --ignore-scripts

routes: setup-dev ## add new routes to tests/routes.txt; lines never leave it
	@$(BIN)/python -m tests.support.routes

messages: setup-dev ## bring translations/en up to date with the strings of the source
	@$(BIN)/python -m tests.support.messages

clean: ## everything that can be made again; data in var/ stays
	rm -rf .venv node_modules app/static/vendor test-results .pytest_cache .ruff_cache .import_linter_cache .hypothesis

.PHONY: python
python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed." >&2; exit 1; }
