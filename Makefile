# `make analysis` and `make test` set up what they need: Python >= 3.11 and make are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NOTEBOOKS := $(sort $(wildcard notebooks/*.ipynb))
.PHONY: analysis test lab check build notebooks bench release setup constraints clean
.DEFAULT_GOAL := analysis

analysis: setup ## check, validate, run the notebooks, write report/
	@echo "Checking that every generated file is in step …"
	@$(BIN)/tmt-dataset build --check
	@$(BIN)/tmt-dataset validate
	@$(BIN)/python -m tmt_dataset.publish.report notebooks report

test: setup ## style, types, tests, notebooks with their outputs compared
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q -p no:cacheprovider --numprocesses auto --dist worksteal
	$(BIN)/python -m pytest -q -p no:cacheprovider --numprocesses auto --dist loadscope --nbval $(NOTEBOOKS)

lab: setup ## JupyterLab on the notebooks
	$(BIN)/jupyter lab notebooks

build: setup ## compile the tables and everything that is generated
	$(BIN)/tmt-dataset build

notebooks: setup ## run the notebooks anew and keep their outputs, which `make test` compares
	$(BIN)/jupyter nbconvert --log-level=WARN --to notebook --execute --inplace --ExecutePreprocessor.record_timing=False --ClearMetadataPreprocessor.enabled=True --ClearMetadataPreprocessor.clear_cell_metadata=False --ClearMetadataPreprocessor.preserve_nb_metadata_mask='{("kernelspec",), ("language_info", "name")}' $(NOTEBOOKS)

bench: setup ## measure, and write benchmarks/README.md
	$(BIN)/python benchmarks/run.py

release: setup ## build the archive of the version in datapackage.json (PREVIOUS=archive of the one before)
	$(BIN)/tmt-dataset release $$($(BIN)/tmt-dataset --version | cut -d' ' -f2) --out dist $(if $(PREVIOUS),--previous $(PREVIOUS))

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml constraints.txt hatch_build.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; call make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Setting up .venv (once, about 30 seconds) …"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt uv
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --constraint constraints.txt --build-constraint constraints.txt --editable '.[dev]'
	@touch $@

constraints: setup ## pin the newest versions that fit together
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-header --no-annotate --all-extras --constraint constraints.in --output-file constraints.txt pyproject.toml constraints.in

clean: ## remove what was set up and generated outside git
	rm -rf $(VENV) report dist build
