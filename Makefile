# The project's standard commands. Each makes its set-up first; a set-up that is ready takes a moment.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

IN_ENV := . .patrol/env.sh &&
ARGS ?=
PYTEST_ARGS ?=

.PHONY: help setup run smoke bench campaign test test-unit test-node test-scenario test-browser \
	lint format clean uninstall

help: ## This list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' Makefile

setup: ## Install what is missing (once per user; later clones take seconds)
	@bash launch/setup/setup.sh

run: setup ## The whole unit in simulation, with its screens (ARGS="name:=value ...")
	@$(IN_ENV) exec python -m patrol_launch --watch-start launch/all.launch.yaml $(ARGS)

smoke: setup ## The whole unit without a screen, once round the beat; last line is JSON
	@$(IN_ENV) exec python -m simulation.scenarios.smoke $(ARGS)

campaign: setup ## Many simulated beats with faults; a table of what happened
	@$(IN_ENV) exec python -m simulation.scenarios.campaign $(ARGS)

bench: setup ## Measured speed of the parts
	@$(IN_ENV) exec python -m tests.bench $(ARGS)

test: setup ## All tests
	@$(IN_ENV) python -m pytest tests/unit tests/node -n 2 --dist loadfile -m "not alone" $(PYTEST_ARGS)
	@$(IN_ENV) python -m pytest tests/node -m alone $(PYTEST_ARGS) || [ $$? -eq 5 ] # 5: -k left none
	@$(IN_ENV) python -m pytest tests/scenario tests/browser $(PYTEST_ARGS)

test-unit: setup ## Tests of the thinking (no ROS)
	@$(IN_ENV) python -m pytest tests/unit -n 2 --dist loadfile $(PYTEST_ARGS)

test-node: setup ## Tests of the ROS 2 nodes
	@$(IN_ENV) python -m pytest tests/node -n 2 --dist loadfile -m "not alone" $(PYTEST_ARGS)
	@$(IN_ENV) python -m pytest tests/node -m alone $(PYTEST_ARGS) || [ $$? -eq 5 ] # 5: -k left none

test-scenario: setup ## Tests in Gazebo
	@$(IN_ENV) python -m pytest tests/scenario $(PYTEST_ARGS)

test-browser: setup ## Tests of the screens in a browser
	@$(IN_ENV) python -m pytest tests/browser $(PYTEST_ARGS)

lint: setup ## Style and types
	@$(IN_ENV) ruff check . && ruff format --check . && mypy

format: setup ## Put the code in the house's style
	@$(IN_ENV) ruff check --fix . && ruff format .

clean: ## Remove what was made inside this clone
	@bash launch/setup/remove.sh clone

uninstall: ## Also remove the user's cache and state of this project (asks first)
	@bash launch/setup/remove.sh everything
