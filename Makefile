PYTHON_FOR_LOCK ?= python3
CODE := models sync server desktop resources tests bench scripts
RUN := .venv/bin/python -m

.PHONY: help setup run test lint bench soak chaos shots bundle deb bundle-test windows-check lock clean

help: ## What can be done here
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

setup: ## Everything that the other commands need; quick when nothing changed
	@sh scripts/setup.sh

run: setup ## The main job as a trial: a centre, slips and the field app (offscreen without a display)
	$(RUN) desktop.trial

test: lint ## Every check: style, types, imports between rooms, tests on two cores
	$(RUN) pytest -n 2 --dist loadfile

lint: setup ## The checks that run nothing: style, types, imports between rooms
	.venv/bin/ruff check $(CODE)
	.venv/bin/ruff format --check $(CODE)
	$(RUN) mypy $(CODE)
	.venv/bin/lint-imports --no-cache

bench: setup ## Each speed beside its floor, in one run
	$(RUN) bench

soak: setup ## Five thousand hand-overs through the app: is its memory flat? (a quarter of an hour)
	$(RUN) bench.soak

chaos: setup ## A hundred kills in each scenario: is anything lost or doubled?
	$(RUN) tests.chaos --kills 100

shots: setup ## Every screen of the app and every page of the centre as a picture, under shots/
	$(RUN) desktop.shots
	$(RUN) tests.page_shots

bundle: setup ## The field app as a folder that needs no Python, under dist/; tried and measured
	$(RUN) scripts.bundle

deb: bundle ## The same as a Debian package
	$(RUN) scripts.make_deb

bundle-test: deb ## Installs and starts that package in a clean system, if root may make one here
	$(RUN) pytest -m bundle tests/packaging

windows-check: setup ## Has every locked package a wheel for Windows? (asks the package index)
	$(RUN) scripts.windows_wheels

lock: ## requirements.lock anew from pyproject.toml
	test -x build/uv/bin/uv || ($(PYTHON_FOR_LOCK) -m venv build/uv && build/uv/bin/pip install --quiet uv)
	build/uv/bin/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --extra dev pyproject.toml -o requirements.lock

clean: ## Removes what the commands made, .venv too
	rm -rf .venv build dist trial shots .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache *.egg-info
	find $(CODE) -name __pycache__ -prune -exec rm -rf {} +
