# What a person types here. `make help` lists it.
#
# PYTHON=  the interpreter to use (its environment is then .venv-<version>)
# VENV=    where the virtual environment goes
# MARKED=  the markers of the tests that `make test` runs, such as 'slow'; without it, all

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check soak licences bench bench-compare pictures pagebench docs prices tables patterns record posterior identification recovery clean constraints locked lowest

ifndef VENV
  ifdef PYTHON
    PYTHON_VERSION := $(shell "$(PYTHON)" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null)
    ifeq ($(PYTHON_VERSION),)
      $(error PYTHON=$(PYTHON) does not run)
    endif
    VENV := .venv-$(PYTHON_VERSION)
  else
    VENV := .venv
  endif
endif

PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input --quiet --quiet
PYTEST_WORKERS ?= logical
PYTEST := $(PY) -m pytest -n $(PYTEST_WORKERS) --maxprocesses 8 --dist worksteal

# Each stamp says that a set of packages is in place for this pyproject.toml and constraints.txt.
CORE := $(VENV)/.permanence-core
TEST := $(VENV)/.permanence-test
DEV := $(VENV)/.permanence-dev

help: ## list these
	@sed -n 's/^\([a-z][a-z]*\):.*## \(.*\)/\1	\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 14

demo: $(CORE) ## under a minute once installed: the vicious circle, the cap, the package
	@$(VENV)/bin/permanence demo

test: $(TEST) ## the whole test suite
	@{ command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null || \
	  echo 'No Chromium found: the browser tests are left out.'
	@$(PYTEST) -m '$(if $(MARKED),($(MARKED)) and )not soak'

soak: $(TEST) ## half an hour: 2,000 generated inputs, 60 interrupts at random moments, a known truth found
	@$(PY) -m pytest -m soak --durations 10

licences: $(CORE) ## list what is installed with it, each with its licence
	@$(PY) tools/licences.py

check: $(DEV) ## what CI runs on every change: format, lint, types, import layers, fast tests
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy sim
	$(VENV)/bin/lint-imports --no-logo
	$(PYTEST) -m 'not (slow or long or browser or soak)'

bench: $(CORE) ## some minutes: rewrite docs/bench.md, speed and memory as ratios measured side by side
	$(PY) tools/bench.py

bench-compare: $(CORE) ## a London decade of this checkout against another revision's: REV=v0.1.0
	$(PY) tools/bench_compare.py '$(REV)'

pictures: $(TEST) ## rewrite docs/page/*.png, the workshop page in pictures; needs Chromium
	@$(PY) tools/page.py pictures

pagebench: $(TEST) ## minutes: how fast the workshop page answers, measured in Chromium
	@$(PY) tools/page.py bench

docs: $(CORE) ## rewrite docs/model.md and docs/questions.md from the code
	$(PY) tools/document.py
	$(PY) tools/questions.py

prices: $(CORE) ## some minutes: rewrite docs/prices.md, what prices do and what that rests on
	$(PY) tools/prices.py

tables: $(CORE) ## ten minutes: rewrite the README's tables of circle and tipping
	@$(PY) tools/readme.py compute

patterns: $(CORE) ## about a minute: rewrite docs/patterns.md, the model beside the record
	@$(VENV)/bin/permanence patterns --write-docs docs/patterns.md

record: $(CORE) ## some minutes: rewrite the README's chart and scores, the hindcasts from 2021 and 2023
	@$(VENV)/bin/permanence hindcast --origin 2021 --to 2025 --runs 300 --out results/hindcast
	@cp results/hindcast/figures/hindcast.png docs/
	@cp results/hindcast/scores.csv docs/hindcast-scores.csv
	@$(VENV)/bin/permanence hindcast --origin 2023 --to 2025 --runs 300 --out results/hindcast-2023 --quiet
	@cp results/hindcast-2023/scores.csv docs/hindcast-scores-2023.csv
	@$(PY) tools/readme.py

posterior: $(CORE) ## half an hour: calibrate anew and ship the posterior; goes on where it was stopped
	@$(VENV)/bin/permanence calibrate --out results/calibration
	@for table in posterior calibration; do \
	  sed '1s/^\xEF\xBB\xBF//' results/calibration/$$table.csv >sim/data/$$table.csv; done

identification: $(CORE) ## some minutes: rewrite docs/identification.md, what the record can tell
	@$(VENV)/bin/permanence identify --write-docs docs/identification.md

recovery: $(CORE) ## half an hour, resumable: rewrite docs/recovery.csv, are known truths found?
	@$(VENV)/bin/permanence recover --out results/recovery --write-docs docs/recovery.csv

clean: ## remove what make, the build and the tools made, environments included; results stay
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './.venv*' -prune -exec rm -rf {} +
	@for venv in .venv .venv-* $(VENV); do \
	  if [ -e "$$venv/.permanence-core" ]; then echo "rm -rf $$venv"; rm -rf "$$venv"; fi; \
	done

constraints: $(PY) ## resolve the newest packages for every Python and system: rewrite constraints.txt and its hashes
	@$(PIP) install uv
	@$(RESOLVE) --upgrade --output-file constraints.txt
	@cp constraints.txt constraints-hashes.txt
	@$(RESOLVE) --generate-hashes --output-file constraints-hashes.txt

locked: $(PY) ## install the development tools with every download checked against constraints-hashes.txt
	@$(PIP) install --require-hashes --requirement constraints-hashes.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .

lowest: ## some minutes: the fast tests with the oldest packages that pyproject.toml promises
	@$(MAKE) --no-print-directory VENV=.venv-lowest .venv-lowest/bin/python
	@.venv-lowest/bin/python tools/lowest.py >.venv-lowest/oldest.txt
	@.venv-lowest/bin/python -m pip --disable-pip-version-check --no-input --quiet --quiet install \
	  --constraint .venv-lowest/oldest.txt --editable '.[test]'
	@.venv-lowest/bin/python -m pytest -n $(PYTEST_WORKERS) --maxprocesses 8 --dist worksteal \
	  -m 'not (slow or long or browser or soak)'

RESOLVE = $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --no-annotate \
  --no-emit-index-url --no-emit-find-links --custom-compile-command 'make constraints' --extra dev pyproject.toml

# The first Python that is new enough and really makes an environment with pip in it.
$(PY):
	@if [ -e '$(VENV)' ] && [ ! -e '$(VENV)/pyvenv.cfg' ]; then \
	  echo '$(VENV) is there already and is not a virtual environment: name another with VENV=' >&2; exit 1; \
	fi; \
	for python in $(if $(PYTHON),"$(PYTHON)",python3.13 python3.12 python3.11 python3); do \
	  "$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue; \
	  echo "Making $(VENV) with $$("$$python" --version)"; \
	  "$$python" -m venv --clear '$(VENV)' >/dev/null 2>&1 && $(PY) -m pip --version >/dev/null 2>&1 && exit 0; \
	done; \
	rm -rf '$(VENV)'; \
	echo 'No Python 3.11 or newer that can make a virtual environment was found$(if $(PYTHON), at PYTHON=$(PYTHON)): install one with its venv module (Debian, Ubuntu: apt install python3-venv) or name one with make PYTHON=/path/to/python' >&2; \
	exit 1

$(CORE): $(PY) pyproject.toml constraints.txt
	@$(call install,.[page],Installing Permanence)
	@touch $@

$(TEST): $(PY) pyproject.toml constraints.txt
	@$(call install,.[test],Installing Permanence and its test tools)
	@touch $(CORE) $@

$(DEV): $(PY) pyproject.toml constraints.txt
	@$(call install,.[dev],Installing Permanence and its development tools)
	@touch $(CORE) $(TEST) $@

define install
$(PY) -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
{ echo '$(VENV) has no pip or a Python older than 3.11: remove it, or name another with VENV=' >&2; exit 1; }; \
echo '$(2) into $(VENV) (a minute or two the first time)'; \
$(PIP) install --constraint constraints.txt --editable '$(1)'
endef
