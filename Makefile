# One door for people and machines. `make` alone shows what there is.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
PIP := $(BIN)/python -m pip --quiet --quiet --disable-pip-version-check
LOCK := $(BIN)/uv pip compile pyproject.toml --quiet --universal --generate-hashes --no-header --annotation-style line $(UPGRADE)

# Where nothing compiled is kept, every start of the hub compiles all of it again; suites start it hundreds
# of times.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install demo family-app bench model many crash planted-bugs api-fuzz test check format corpus migration lock wheel

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST)

install: $(READY) ## Make .venv with the locked packages; done by itself, and again when they change

demo: $(READY) ## See one agreement stay equal in five systems, all on this machine
	@$(BIN)/samenspraak demo

family-app: $(READY) ## Try the family app as a relative, beside an invented household, all on this machine
	@$(BIN)/python docs/examples/familie-app/try_it.py

test: check ## Run everything that can run here; says what it left out (REQUIRE_ALL=yes: that is a failure)
	@$(BIN)/python tests/run.py $(if $(REQUIRE_ALL),--require-all)

check: $(READY) ## Lint, format, types and layers, in seconds
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: $(READY) ## Put the code in the house format and mend what ruff can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(READY) ## Measure the hub beside bare scripts, and its start: make bench BENCH="--only push --size 200"
	@$(BIN)/python tests/benchmarks/bench.py $(BENCH)
	@$(BIN)/python tests/benchmarks/bench_start.py

model: $(READY) ## Walk at random through the life of a whole hub: make model SEEDS=500
	@$(BIN)/python tests/model/run.py --seeds $(or $(SEEDS),500)
	@MACHINE=25 $(BIN)/python -m pytest --quiet tests/model/test_machine.py

crash: $(READY) ## Let the hub die at every moment, and the network do its worst, and see that nothing is lost
	@$(BIN)/python tests/crash/run.py
	@FAULTS=all $(BIN)/python -m pytest --quiet --numprocesses=2 tests/integration/faults

planted-bugs: $(READY) ## Plant mistakes one by one in a copy of the code, and see that a test notices each
	@$(BIN)/python tests/planted_bugs/run.py

api-fuzz: $(READY) ## Call every operation of the API with what its document allows and what it does not: make api-fuzz EXAMPLES=100
	@$(BIN)/python tests/api_fuzz/run.py --examples $(or $(EXAMPLES),100)

many: $(READY) ## A thousand agreements: one that always fails, and an outage of six hours
	@SAMENSPRAAK_MANY=1000 $(BIN)/python -m pytest --quiet --durations=5 tests/integration/sync/test_many.py

corpus: $(READY) ## Read real FHIR files and say what each would become: make corpus CORPUS=folder
	@test -d '$(CORPUS)' || { echo 'Name the folder with the files: make corpus CORPUS=folder'; exit 1; }
	@$(BIN)/python tests/corpus.py '$(CORPUS)'

migration: $(READY) ## Draft a migration from what changed in the tables: make migration NAME="what it changes"
	@test -n '$(NAME)' || { echo 'Say what it changes: make migration NAME="what it changes"'; exit 1; }
	@$(BIN)/python tests/migration.py '$(NAME)'

wheel: $(READY) ## Build the wheel, install it apart and start it from elsewhere
	@PYTHON='$(PYTHON)' bash tests/wheel.sh

lock: $(READY) ## Write the locked packages anew (UPGRADE=--upgrade takes the newest)
	@$(PIP) install uv
	@$(LOCK) --output-file config/requirements.txt
	@$(LOCK) --constraint config/requirements.txt --group dev --output-file config/requirements-dev.txt

$(READY): pyproject.toml config/requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo 'Samenspraak needs Python 3.11 or newer; name it: make $(or $(MAKECMDGOALS),install) PYTHON=python3.11'; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo 'Python cannot make an environment here; install the Debian package $(notdir $(PYTHON))-venv.'; exit 1; }
	@echo 'Bringing .venv in step with the locked packages; the first time takes about a minute.'
	@$(PYTHON) -m venv .venv
	@$(PIP) install --require-hashes --requirement config/requirements-dev.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@
