# One line a habit. `make demo` and `make test` install what they need.
PY := .venv/bin/python
unexport PYTHONDONTWRITEBYTECODE
.PHONY: setup lock demo test check crash shots bench

setup:  ; @deploy/setup.sh
lock:   ; .venv/bin/uv pip compile -q --universal --generate-hashes --all-extras --no-annotate --no-header pyproject.toml -o requirements.lock
demo:   setup ; @$(PY) -m deploy.demo
test:   setup ; @$(PY) -m pytest
check:  setup ; @$(PY) -m deploy.check
crash:  setup ; @$(PY) -m pytest -m 'thorough or not thorough' tests/crash
shots:  setup ; @$(PY) -m pytest -m 'thorough or not thorough' tests/unit/kiosk_ui tests/integration/kiosk_screen
bench:  setup ; @$(PY) -m tests.load
