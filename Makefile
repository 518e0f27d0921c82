# Needs make and python3 (3.11 or newer), nothing else: every target sets up what it uses, once.
# Another interpreter: make PYTHON=python3.12 demo

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Quiet: the first install is long enough without the log of pip; errors still show. Bytecode comes with use: it would
# double the time of a first `make demo`, most of it for modules that nothing imports.
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check install --no-compile --constraint constraints.txt
# The TypeScript in labextension/. Its bundle is in the tree: only who changes it needs Node.
NODE := node -e 'const [major, minor] = process.versions.node.split("."); process.exit(major * 100 + +minor < 2019 ? 1 : 0)'
FRONTEND = if $(NODE) 2> /dev/null; then $(MAKE) --no-print-directory $(NPM) && (cd labextension && \
    $(1)); else echo "make: Node 20.19 or newer is not there: the TypeScript in labextension/ is left out"; fi
NPM := labextension/node_modules/.installed
# Modules of this folder (benchmarks) are importable, and nothing of the caller's environment is.
unexport PYTHONPATH PYTHONHOME

.DEFAULT_GOAL := help
.PHONY: help demo test compat lab check frontend bundle bench notebooks pictures format constraints clean

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.demo  ## Run the iris notebook headless and show what came out
	@$(BIN)/python notebooks/demo.py

# Spark is 450 MB and runs on Java only: without that its tests are skipped, and say so.
test: $(VENV)/.test $(if $(shell command -v java 2> /dev/null),$(VENV)/.spark)  ## Run every test, the notebooks included
	@$(BIN)/python -m tests.browser.chromium
	@# Both in any case; pytest last, so that its closing line ends the log. The profile has random tests try the same
	@# each time, so that a change lands or not for what it is; pytest without it tries something new.
	@$(call FRONTEND,npm run --silent test); frontend=$$?; \
	$(BIN)/python -m pytest -n 2 --dist loadfile --hypothesis-profile=ci --nbval --nbval-current-env tests notebooks && exit $$frontend

compat: $(VENV)/.test  ## Run the tests on Python 3.12 and 3.13 and with the oldest supported packages
	@$(BIN)/python -m tests.repository.compat $(ARGS)

lab: $(VENV)/.lab  ## Open JupyterLab on the notebooks
	$(BIN)/python -m jupyterlab --notebook-dir notebooks

check: $(VENV)/.check  ## Lint, check the types and the import directions
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(call FRONTEND,npm run --silent lint && npm run --silent typecheck)

frontend:  ## Lint, check and test the TypeScript alone
	@$(call FRONTEND,npm run --silent lint && npm run --silent typecheck && npm run --silent test)

bundle:  ## Build the notebook's JavaScript from its TypeScript
	@$(call FRONTEND,npm run --silent build)

bench: $(VENV)/.bench  ## Measure against Kedro, Hamilton, Dask and plain Python
	$(BIN)/python -m benchmarks $(ARGS)

notebooks: $(VENV)/.demo  ## Run the notebooks and store their outputs
	$(BIN)/python notebooks/refresh.py

pictures: $(VENV)/.test  ## Take the README's pictures in JupyterLab
	@$(BIN)/python -m tests.browser.chromium
	$(BIN)/python -m tests.browser.pictures $(ARGS)

format: $(VENV)/.check  ## Put code and notebooks into shape
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	@$(call FRONTEND,npm run --silent format)

constraints:  ## Renew constraints.txt from what the package index has today
	rm -rf build/constraints && $(PYTHON) -m venv build/constraints
	build/constraints/bin/python -m pip -q install hatchling editables
	build/constraints/bin/python -m pip -q install --editable ".[demo,test,spark,lab,check,bench]"
	grep '^#' constraints.txt > build/constraints/new
	build/constraints/bin/python -m pip freeze --exclude-editable >> build/constraints/new
	mv build/constraints/new constraints.txt

clean:  ## Remove the environment and everything built
	rm -rf $(VENV) build dist labextension/node_modules .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find kedro_nb tests benchmarks notebooks -name __pycache__ -prune -exec rm -rf {} +

# One stamp for each extra: a second run finds it and starts at once. The build backend is installed
# beside the rest, so that pip need not fetch it into an environment of its own each time.
$(VENV)/.lab: EXTRAS = lab,demo
$(VENV)/.%: EXTRAS = $*
$(VENV)/.%: ISOLATION = --no-build-isolation
# PySpark comes as source, to be built with setuptools; two installs at once into one place would not go well.
$(VENV)/.spark: ISOLATION =
$(VENV)/.spark: | $(VENV)/.test
$(VENV)/.%: $(VENV)/.base
	@echo "Installing the extra '$(EXTRAS)' into $(VENV) (once; a minute or two) ..."
	@$(PIP) $(ISOLATION) --editable ".[$(EXTRAS)]"
	@touch $@

$(VENV)/.base: pyproject.toml constraints.txt
	@command -v $(PYTHON) > /dev/null || { echo "make: $(PYTHON) is not there: install Python 3.11 or newer," \
	    "or name one: make PYTHON=/path/to/python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "make: $(PYTHON) is" \
	    "`$(PYTHON) -V 2>&1`, and kedro_nb needs 3.11 or newer. Name another one:" \
	    "make PYTHON=/path/to/python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null || { echo "make: $(PYTHON) cannot make virtual environments." \
	    "On Debian and Ubuntu: sudo apt install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) hatchling editables
	@touch $@

$(NPM): labextension/package-lock.json
	@echo "Installing what the TypeScript needs into labextension/node_modules (once; half a minute) ..."
	@cd labextension && npm ci --loglevel=error
	@touch $@
