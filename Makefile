# `make help` lists what there is. `make lab LAB_NAME=mine` sets an environment variable as well.
.DEFAULT_GOAL := help
.PHONY: help lab test test-fast test-machine test-gates test-cut-short test-faults test-mutations bench look down lint format notebooks site picture pins .venv/lab .venv/dev

export PATH := $(CURDIR)/.venv/bin:$(PATH)
TEST_LAB := LAB_NAME=statefulset-lab-test

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s%s\n", $$1, $$2}' Makefile

# The script knows what the environment was made from, and ends at once if that is unchanged.
.venv/lab:
	@lab-env/bootstrap.sh

.venv/dev:
	@lab-env/bootstrap.sh dev

lab: .venv/lab ## stand the cluster up and open JupyterLab (LAB_OPEN=0: the cluster alone)
	@lab up
	@if [ "$${LAB_OPEN:-1}" != 0 ]; then exec lab open; fi

down: .venv/lab ## take the lab away, all but its caches
	@lab down

test: .venv/dev ## run every test, on a cluster of its own
	@$(TEST_LAB) tests/all.sh

test-fast: .venv/dev ## run what needs a minute: style, types, most tests without a cluster
	@$(TEST_LAB) tests/all.sh fast

test-machine: .venv/dev ## run the tests that cut off, fill up and restart things
	@$(TEST_LAB) tests/all.sh engine labs

test-gates: .venv/dev ## run the chapters that speak of feature gates with these the other way round
	@$(TEST_LAB) tests/notebooks/gates.sh

test-cut-short: .venv/dev ## kill the kernel in the middle of each chapter, and run the chapter again
	@$(TEST_LAB) lab up
	@$(TEST_LAB) python tests/notebooks/cut_short.py

test-faults: .venv/dev ## break the database and the queue 30 times each, by chance, and count (FAULTS=3, FAULTS_SEED=5)
	@$(TEST_LAB) lab up
	@$(TEST_LAB) FAULTS=$${FAULTS:-30} PYTHONPATH=tests python -m pytest tests/faults -s

test-mutations: .venv/dev ## turn recorded histories and fields of manifests round: each must be caught (MUTATIONS=3, 0 for all; MUTATIONS_SEED=1)
	@python tests/mutations/recorded.py
	@$(TEST_LAB) lab up
	@$(TEST_LAB) python tests/mutations/run.py $${MUTATIONS:-3} $${MUTATIONS_SEED:-1}

look: .venv/dev ## run the chapters in JupyterLab twice, and photograph them, into build/learner
	@$(TEST_LAB) lab up
	@$(TEST_LAB) PYTHONPATH=tests/bench python tests/learner/run_all.py notebooks/0*.ipynb

bench: .venv/dev ## measure against the budgets, into build/bench.json (BENCH_SOAK_MINUTES=30: also what grows)
	@python tests/bench/run.py

lint: .venv/dev ## check style and types
	@$(TEST_LAB) tests/all.sh lint

format: .venv/dev ## write the code in its one style
	@ruff check --fix .
	@ruff format .

notebooks: .venv/dev ## run every notebook on the test cluster and keep the outputs
	@$(TEST_LAB) lab up
	@$(TEST_LAB) python tests/notebooks/execute.py

site: .venv/dev ## make the static site of the executed notebooks, into build/site
	@python -m website

picture: .venv/dev ## make the moving picture of the README, into docs/
	@python -m website.picture

pins: .venv/dev ## write the versions that are installed now into constraints.txt
	@mkdir -p build
	@echo "# What the tests ran with. \`make pins\` writes this file." >build/constraints.txt
	@python -m pip freeze --disable-pip-version-check --all --exclude setuptools --exclude-editable >>build/constraints.txt
	@mv build/constraints.txt constraints.txt
