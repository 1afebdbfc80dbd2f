# Everything a person does with the template. Needs Python 3.11 or newer, make and git, nothing else.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
PORT ?= 8000
T ?= tests

# uv from PATH, else one of our own.
OWN_UV := .tools/uv/bin/uv
ifndef UV
UV := $(shell command -v uv || echo '$(CURDIR)/$(OWN_UV)')
endif
NEEDS_UV := $(if $(findstring $(OWN_UV),$(UV)),$(OWN_UV))
export UV

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' Makefile

.PHONY: demo
demo: $(NEEDS_UV) ## Bake the default service into demo/ and serve it until Ctrl-C (PORT=8000)
	@if test -e demo; then \
		echo "Serving demo/ as it is; 'make clean' first bakes it anew."; \
	else \
		echo "Baking the default service into demo/ ..."; \
		rm -rf .tools/demo && mkdir -p .tools/demo && \
		"$$UV" run --quiet --only-group bake cookiecutter . --no-input --default-config \
			--output-dir .tools/demo >/dev/null && \
		mv .tools/demo/order-service demo; \
	fi
	@echo "Starting it; the first time it installs what it needs. Then open, until Ctrl-C:"
	@echo "  http://127.0.0.1:$(PORT)/docs          every endpoint, to be tried in the browser"
	@echo "  http://127.0.0.1:$(PORT)/v1/products   the example resource"
	@echo "  http://127.0.0.1:$(PORT)/health/ready  whether it takes requests"
	@trap 'exit 0' INT; $(MAKE) -C demo dev PORT=$(PORT)

.PHONY: test
test: $(NEEDS_UV) ## Lint, types and every ring of tests (T=tests/test_questions.py for a part)
	@"$$UV" run --quiet ruff format --check .
	@"$$UV" run --quiet ruff check .
	@"$$UV" run --quiet mypy
	@"$$UV" run --quiet pytest $(T)

.PHONY: fix
fix: $(NEEDS_UV) ## Format the template's own Python and mend what can be mended
	@"$$UV" run --quiet ruff check --fix .
	@"$$UV" run --quiet ruff format .

.PHONY: bench
bench: $(NEEDS_UV) ## Measure the service beside bare FastAPI and the usual way (ONLY=http for a part)
	@"$$UV" run --quiet python -m benchmarks $(ONLY)

.PHONY: chassis-wheel
chassis-wheel: $(NEEDS_UV) ## Build the chassis into dist/, for services that depend on it
	@"$$UV" run --quiet python -m distribution

.PHONY: pictures
pictures: $(NEEDS_UV) ## Draw the pictures of the README anew, from a real run (needs chromium)
	@"$$UV" run --quiet python -m docs.pictures

.PHONY: clean
clean: ## Remove the demo, the environments and the caches
	rm -rf demo dist .tools .venv uv.lock .mypy_cache .pytest_cache .ruff_cache

$(OWN_UV):
	@echo "uv is not installed; putting one into .tools/uv ..."
	@$(PYTHON) -m venv .tools/uv
	@.tools/uv/bin/python -m pip install --quiet --disable-pip-version-check uv
