# Everything that can be done with regcase from a checkout. Needs Python 3.11 or later, make and git.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help setup demo check test benchmark faults faults-each lock clean

help:
	@echo "make demo       set everything up, play real cases through the whole system and show the result"
	@echo "make test       set everything up, run all tests"
	@echo "make check      lint, types, import rules"
	@echo "make benchmark  measure the live path beside its baselines"
	@echo "make faults     let processes, brokers, network, disks and clocks fail while commands go on, then compare everything;"
	@echo "                MINUTES=10 SEED=1 BROKERS=3 KINDS='worker killed,topic' TABLE=table.md choose how long, which run, what"
	@echo "make faults-each  each protection alone, three brokers, full disks: the tests that take too long for make test"
	@echo "make lock       pin the dependencies anew, with hashes"
	@echo "make clean      stop the local stack and remove its data and the environment"

setup: $(READY)

$(READY): requirements.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null \
		|| { echo "regcase needs Python 3.11 or later; there is no $(PYTHON). Name another: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "regcase needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) --version). Name another: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
		|| { echo "regcase needs Python's venv module; on Debian: apt-get install python3-venv"; exit 1; }
	@echo "Setting up the environment in $(VENV) (once; a minute or two)"
	@test -x $(BIN)/pip || $(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . \
		2>$(VENV)/install.log || { cat $(VENV)/install.log; exit 1; }
	@touch $@

demo: $(READY)
	@$(BIN)/regcase demo

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The tests start the program some hundred times. Where the environment says that no bytecode is to be kept, each start compiles it anew.
test: $(READY)
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

benchmark: $(READY)
	$(BIN)/python -m pytest -m benchmark -s tests/benchmarks

faults: $(READY)
	@$(BIN)/python -m tests.faults.run $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED)) \
		$(if $(BROKERS),--brokers $(BROKERS)) $(if $(KINDS),--kinds '$(KINDS)') $(if $(TABLE),--table '$(TABLE)') $(MORE)

faults-each: $(READY)
	$(BIN)/python -m pytest -m faults --timeout 900

lock: $(READY)
	$(BIN)/pip-compile --quiet --upgrade --allow-unsafe --generate-hashes --strip-extras --no-emit-find-links \
		--no-emit-index-url --no-emit-options --no-emit-trusted-host --output-file=requirements.txt requirements.in

clean:
	@test ! -x $(BIN)/regcase || $(BIN)/regcase down
	rm -rf $(VENV) .regcase *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
