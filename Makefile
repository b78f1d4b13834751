# Everything runs in .venv, which is made from requirements.lock when it is needed; test-colab runs
# in .venv-colab, try-latest in .venv-latest.
# Works with GNU make 3.81, as on macOS, and newer.

# what .venv is made with; by default the first Python 3.11 to 3.13 that is found
PYTHON =
NB     = $(wildcard book/*.ipynb)
PORT   = 8000

# a stranger's modules, which would come before the book's own
unexport PYTHONPATH PYTHONHOME

SHELL  := bash
# a virtual environment's programs
SCRIPTS := $(if $(filter Windows_NT,$(OS)),Scripts,bin)
BIN    := .venv/$(SCRIPTS)
NPM    := tests/site/node_modules/.package-lock.json

.PHONY: help book test test-colab test-repeat bench refresh serve lab pdf epub zip site \
  status try-latest audit check-links check-colab report-issue system-packages clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

book: .venv/requirements.lock ## build the site into _build/html
	@echo "book: building the site from the stored outputs"
	@$(BIN)/python tools/build.py

# of chosen notebooks, all tests that bear their names: of cells, exercises, rules and pages
CHOSEN = $(if $(filter command,$(firstword $(origin NB))),$(shell echo $(basename $(notdir $(NB))) | sed 's/ / or /g'))
test: .venv/requirements.lock $(NPM) ## re-run every notebook, open every page, and the other tests; NB=… for one chapter
	@echo "test: re-running the notebooks, opening the pages in Chromium, and the other tests"
	@$(BIN)/pytest $(if $(CHOSEN),-k "$(CHOSEN)")

# Another matplotlib draws nearly every edge a pixel off, so figures are compared by what is drawn.
test-colab: .venv-colab/requirements.lock ## the notebooks on the versions that Colab ships, in .venv-colab
	@echo "test-colab: re-running the notebooks on Colab's versions"
	@.venv-colab/$(SCRIPTS)/python -m pytest --drawn $(NB)

# Each run is compared with the stored text, to the byte; so each gives what the others give. The
# last two stand in for a GPU, which adds in another order.
test-repeat: .venv/requirements.lock ## the notebooks again: other threads, without oneDNN and with it, other sums
	@for settings in "TF_NUM_INTRAOP_THREADS=1 TF_NUM_INTEROP_THREADS=1" \
	  TF_ENABLE_ONEDNN_OPTS=0 TF_ENABLE_ONEDNN_OPTS=1 \
	  PYTEST_ADDOPTS=--sums=float64 PYTEST_ADDOPTS=--sums=reversed; do \
	  echo "test-repeat: re-running the notebooks with $$settings"; \
	  env $$settings $(BIN)/pytest -q -o try_answers=no $(NB) || exit; done

bench: .venv/requirements.lock $(NPM) ## time the notebooks, one after the other, and the pages, on a slow line
	@echo "bench: re-running the notebooks, one at a time"
	@$(BIN)/pytest -n0 --budget $(NB)
	@echo "bench: opening the pages in Chromium, slowed down"
	@$(BIN)/pytest -o addopts= -q -s -rs tests/site/bench_speed.py
	@echo "bench: moving the training lab"
	@$(BIN)/pytest -o addopts= -q -s -rs tests/lab/bench_redraw.py

TEMPLATE = $(if $(filter file,$(origin NB)),authoring/template.ipynb)
refresh: .venv/requirements.lock ## re-execute notebooks and store their outputs: make refresh NB="book/01-data.ipynb"
	@echo "refresh: re-executing $(TEMPLATE) $(NB)"
	@$(BIN)/python tools/refresh.py $(TEMPLATE) $(NB)

# sphinx-autobuild needs a conf.py and watches all that lies beside it, so both get a folder of
# their own with links to the sources. It polls: an editor that replaces a file escapes a watch.
SOURCES := book _toc.yml _config.yml
serve: .venv/requirements.lock ## build, serve on 127.0.0.1 and rebuild on change; PORT=8000
	@echo "serve: http://127.0.0.1:$(PORT), until Ctrl-C"
	@mkdir -p _build/serve && ln -sfn $(addprefix ../../,$(SOURCES)) _build/serve/
	@WATCHFILES_FORCE_POLLING=true PYTHONPATH=book/_ext:tools $(BIN)/sphinx-autobuild \
	  --host 127.0.0.1 --port $(PORT) $(addprefix --watch ,$(SOURCES)) --ignore _build/serve/conf.py \
	  --pre-build "$(BIN)/jupyter-book config sphinx _build/serve" _build/serve _build/serve-html

lab: .venv/requirements.lock ## open the notebooks in JupyterLab
	@echo "lab: opening book/ in JupyterLab, until Ctrl-C"
	@$(BIN)/jupyter lab book

pdf: .venv/requirements.lock ## the book as a PDF, printed by Chromium, in _build/downloads
	@$(BIN)/python tools/pdf.py

epub: .venv/requirements.lock ## the book as an ePub, for e-readers
	@$(BIN)/python tools/epub.py

zip: .venv/requirements.lock ## the notebooks in one zip
	@$(BIN)/python tools/notebooks.py

.NOTPARALLEL: # or the site would be built before what it offers
site: pdf epub zip book ## what is published: the site, and on its front page these three

status: .venv/requirements.lock $(NPM) ## measure chapters and pages, and write book/status.md
	@echo "status: re-running the notebooks, one at a time"
	@$(BIN)/pytest -q -n0 --record=_build/status.json $(NB)
	@echo "status: opening the pages in Chromium, slowed down"
	@rm -f _build/pages.json
	@$(BIN)/pytest -o addopts= -q -rs tests/site/bench_speed.py
	@$(BIN)/python tools/status.py

# PRE=1 takes pre-releases too.
try-latest: .venv/requirements.lock ## re-run all on the newest versions, in .venv-latest, and say what changed; PRE=1
	@$(BIN)/python tools/try_latest.py $(if $(PRE),--pre)

# What may be found without failing: --ignore-vuln ID, below a comment with the day, why it can't be
# used against a reader of this book, and the day to look again.
EXCUSED :=
# pip-audit fails at what it finds, and where the service gives no answer; its last line says which.
audit: .venv/requirements.lock ## known weaknesses of what requirements.lock pins
	@mkdir -p _build
	@$(BIN)/python -m pip_audit --require-hashes --disable-pip --vulnerability-service osv $(EXCUSED) \
	  --progress-spinner off --requirement requirements.lock 2> _build/audit.log; \
	  status=$$?; sed -n '$$s/^/audit: /p' _build/audit.log; exit $$status

check-links: .venv/requirements.lock ## the links to other sites
	@PYTHONPATH=tools $(BIN)/jupyter-book build -q -n --builder linkcheck --path-output _build/links .

check-colab: .venv/requirements.lock ## whether Colab ships other versions than test-colab tests
	@$(BIN)/python tools/check_colab.py

report-issue: ## for the weekly workflow: open an issue about its run, or add to the open one
	@sh tools/report-issue.sh

system-packages: ## install with apt what pdf and test need beside Python
	@sh tools/system-packages.sh

clean: ## remove what was made, _build and .venv-latest; .venv stays
	@echo "clean: removing _build and .venv-latest"
	@rm -rf _build .venv-latest

# An environment holds a copy of the lock it was made from, written last: an install that was
# interrupted leaves none, and a lock that differs makes the environment anew. The lock is complete,
# hence --no-deps: with hashes, pip refuses a package[extra] that it could find in a newer version.
.venv/requirements.lock: requirements.lock
.venv-colab/requirements.lock: tests/colab/requirements.lock
.venv-colab/requirements.lock: PYTHON = python3.13 python3 python3.12 python3.11 # Colab's is 3.13
.venv/requirements.lock .venv-colab/requirements.lock:
	@cmp -s $< $@ || { set -e -o pipefail; \
	  python=$$(sh tools/find-python.sh $(PYTHON)); \
	  echo "setup: making $(@D) with $$python; fetches TensorFlow, so this takes a while"; \
	  "$$python" -m venv --clear $(@D); \
	  $(@D)/$(SCRIPTS)/python -m pip --disable-pip-version-check install --no-deps --require-hashes -r $< \
	    | while read -r word _; do case $$word in Collecting) printf .;; Installing) printf ' installing';; esac; done; \
	  echo ', done'; }
	@$(@D)/$(SCRIPTS)/python -c 'import importlib.util as i, sys; sys.exit(not i.find_spec("tensorflow"))' || { \
	  echo 'setup: pip put no TensorFlow into $(@D). Its own settings, as target, prefix, root or dry-run, may'; \
	  echo '  lead it elsewhere: take away those that "env | grep PIP_" and "pip config list" show'; exit 1; } >&2
	@cp $< $@

# Two packages for the tests of the site. Without npm these tests are left out, and pytest says so.
$(NPM): tests/site/package-lock.json
	@! command -v npm > /dev/null || { \
	  echo "setup: fetching two packages for the tests of the site"; \
	  npm ci --loglevel=error --prefix tests/site > /dev/null && touch $@ \
	    || echo "setup: npm could not, so tests are left out"; }
