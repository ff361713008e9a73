# One line a habit. `make demo` and `make test` install what they need.
PY := .venv/bin/python
unexport PYTHONDONTWRITEBYTECODE
.PHONY: setup lock sbom demo test check race crash fuzz shots long canaries bench bench-turns bench-day bench-issuance bench-devices bench-kiosk bench-fleet

setup:  ; @deploy/setup.sh
lock:   ; @deploy/lock.sh
sbom:   setup ; @$(PY) -m deploy.sbom
demo:   setup ; @$(PY) -m deploy.demo
test:   setup ; @$(PY) -m pytest
check:  setup ; @$(PY) -m deploy.check
crash:  setup ; @$(PY) -m tests.crash.campaign && $(PY) -m pytest -m 'thorough or not thorough' tests/crash tests/property/kiosk tests/unit/cash_boxes tests/integration/kiosk/test_full_disk.py
canaries: setup ; @CANARIES=1000 $(PY) -m pytest -n 0 -m thorough tests/crash/test_canaries.py
fuzz:   setup ; @FUZZ_REPLIES=100000 $(PY) -m pytest -n 0 -s -m thorough tests/fuzz && FUZZ_EXAMPLES=50 $(PY) -m pytest -n 0 tests/contract/test_any_request.py tests/contract/test_any_request_of_the_hub.py
long:   setup ; @$(PY) -m pytest -m thorough --ignore tests/integration/kiosk_screen tests/integration tests/property tests/judge
shots:  setup ; @MONKEY_ACTS=$${MONKEY_ACTS:-100000} MASHES=$${MASHES:-2000} $(PY) -m pytest -m 'thorough or not thorough' tests/unit/kiosk_ui tests/integration/kiosk_screen
race:   setup ; @RACE_EXAMPLES=150 $(PY) -m pytest -n 0 -s -m 'thorough or not thorough' tests/race
bench-turns: setup ; @$(PY) -m tests.load.turns
bench-day:   setup ; @$(PY) -m tests.load.mall
bench-issuance: setup ; @$(PY) -m tests.load.issuance
bench-devices: setup ; @$(PY) -m tests.load.devices
bench-kiosk:   setup ; @$(PY) -m tests.load.screen
bench-fleet:   setup ; @$(PY) -m tests.load.fleet
bench: bench-turns bench-day bench-issuance bench-devices bench-kiosk bench-fleet
