# One line a habit. `make demo` and `make test` install what they need.
PY := .venv/bin/python
unexport PYTHONDONTWRITEBYTECODE
.PHONY: setup lock demo test check bench

setup:  ; @deploy/setup.sh
lock:   ; .venv/bin/uv pip compile -q --universal --generate-hashes --all-extras --no-annotate --no-header pyproject.toml -o requirements.lock
demo:   setup ; @$(PY) -m deploy.demo
test:   setup ; @$(PY) -m pytest
check:  setup ; @$(PY) -m deploy.check
bench:  setup ; @$(PY) -m tests.load
