# `make analysis` and `make test` set up what they need: Python >= 3.11 and make are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NOTEBOOKS := $(sort $(wildcard notebooks/*.ipynb))
# The tests of the reader's part.
READING := $(addprefix tests/test_,$(addsuffix .py,dataset cells selection exports elsewhere views counts record citation search package descriptor readers))
# What a user has set for other work changes no result here: children get settings of the checkout's own. What says
# from where packages come stays.
OWN := $(CURDIR)/$(VENV)/settings
NETWORK := %INDEX_URL PIP_INDEX% UV_INDEX% %DEFAULT_INDEX %FIND_LINKS %NO_INDEX %_CERT %HOST %PROXY %TIMEOUT %RETRIES %CACHE_DIR PIP_CONFIG_FILE UV_CONFIG_FILE PIP_KEYRING% UV_KEYRING% UV_NATIVE_TLS UV_SYSTEM_CERTS UV_OFFLINE
SETTINGS := PYTHON% PIP_% UV_% VIRTUAL_ENV CONDA_% JUPYTER% IPYTHON% IPY_% MPL% MATPLOTLIB% PANDAS_% NUMEXPR_% PYTEST_% NBVAL_% HYPOTHESIS_% RUFF_% MYPY% SOURCE_DATE_EPOCH FORCE_COLOR COLUMNS LINES
unexport $(filter-out $(NETWORK),$(filter $(SETTINGS),$(.VARIABLES)))
export PYTHONUTF8 := 1
export PYTHONNOUSERSITE := 1
export PIP_USER := 0
export PIP_REQUIRE_VIRTUALENV := 0
export IPYTHONDIR := $(OWN)/ipython
export MPLCONFIGDIR := $(OWN)/matplotlib
export JUPYTER_CONFIG_DIR := $(OWN)/jupyter/config
export JUPYTER_DATA_DIR := $(OWN)/jupyter/data
export JUPYTER_RUNTIME_DIR := $(OWN)/jupyter/runtime
.PHONY: analysis test fuzz bounds lab check build notebooks bench release site setup constraints clean
.DEFAULT_GOAL := analysis

analysis: setup ## check, validate, run the notebooks, write the site into report/
	@$(BIN)/tmt-dataset validate
	@echo "Running the notebooks, and checking that every generated file is in step …"
	@$(BIN)/python -m tmt_dataset.publish.report notebooks report $(BIN)/tmt-dataset build --check

test: setup ## style, types, tests, notebooks with their outputs compared
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q -p no:cacheprovider --numprocesses auto --dist worksteal
	$(BIN)/python -m pytest -q -p no:cacheprovider --numprocesses auto --dist loadscope --nbval --nbval-current-env $(NOTEBOOKS)

fuzz: setup ## mutants of a small package: nothing but the library's own errors (MUTANTS=2000 SEED=0 SECONDS=600)
	$(BIN)/python tests/fuzzing.py --mutants $(or $(MUTANTS),2000) --seed $(or $(SEED),0) --seconds $(or $(SECONDS),600)

bounds: setup ## the reader's tests with the oldest versions that pyproject.toml allows (BOUNDS=newest; PYTHON=…)
	@$(BIN)/uv venv --quiet --clear --python $(PYTHON) $(VENV)/bounds
	@$(BIN)/uv pip install --quiet --python $(VENV)/bounds/bin/python --resolution $(if $(filter newest,$(BOUNDS)),highest,lowest-direct) --editable '.[dev]'
	$(VENV)/bounds/bin/python -m pytest -q -p no:cacheprovider $(READING)

lab: export IPYTHONDIR := $(OWN)/lab
lab: setup $(OWN)/lab/profile_default/ipython_kernel_config.py ## JupyterLab on the notebooks
	$(BIN)/jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root) notebooks

# JupyterLab writes what the kernel says of its language into each notebook that is opened, and calls it changed if that is
# more than the notebooks say: the version differs between machines
$(OWN)/lab/profile_default/ipython_kernel_config.py:
	@mkdir -p $(@D)
	@printf '%s\n' 'from ipykernel.ipkernel import IPythonKernel' 'IPythonKernel.language_info = {"name": "python"}' > $@

build: setup ## compile the tables and everything that is generated
	$(BIN)/tmt-dataset build

notebooks: setup ## run the notebooks anew and keep their outputs, which `make test` compares
	$(BIN)/jupyter nbconvert --log-level=WARN --to notebook --execute --inplace --ExecutePreprocessor.record_timing=False --ClearMetadataPreprocessor.enabled=True --ClearMetadataPreprocessor.clear_cell_metadata=False --ClearMetadataPreprocessor.preserve_nb_metadata_mask='{("kernelspec",), ("language_info", "name")}' $(NOTEBOOKS)

site: setup ## write the site into public/ with the notebooks as they were executed last (BASE=https://… where it will be published)
	$(BIN)/tmt-dataset site public --notebooks notebooks $(if $(BASE),--base $(BASE)) $(if $(PREVIOUS),--previous $(PREVIOUS))

bench: setup ## measure, and write benchmarks/README.md
	$(BIN)/python benchmarks/run.py

release: setup ## build the archive of the version in datapackage.json (PREVIOUS=archive of the one before)
	$(BIN)/tmt-dataset release $$($(BIN)/tmt-dataset --version | cut -d' ' -f2) --out dist $(if $(PREVIOUS),--previous $(PREVIOUS))

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml constraints.txt hatch_build.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; call make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Setting up .venv (once, about a minute) …"
	@$(PYTHON) -m venv --clear $(VENV)
	@mkdir -p "$${XDG_CACHE_HOME:-$$HOME/.cache}/uv" 2>/dev/null && test -w "$${XDG_CACHE_HOME:-$$HOME/.cache}/uv" || { XDG_CACHE_HOME=$(CURDIR)/$(VENV)/cache; export XDG_CACHE_HOME; }; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt uv && \
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --constraint constraints.txt --build-constraint constraints.txt --editable '.[dev]'
	@$(BIN)/python -c 'import matplotlib.font_manager' # indexes the fonts: matplotlib would write into a notebook that it does
	@touch $@

constraints: setup ## pin the newest versions that fit together
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-header --no-annotate --all-extras --constraint constraints.in --output-file constraints.txt pyproject.toml constraints.in

clean: ## remove what was set up and generated outside git
	rm -rf $(VENV) report public dist build
