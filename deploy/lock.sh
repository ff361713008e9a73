#!/usr/bin/env bash
# Writes the hash-locked requirements anew. What must be compiled (PC/SC) has a lock of its own, so
# that a machine without a compiler still gets everything else.
set -euo pipefail
cd "$(dirname "$0")/.."
compile=(.venv/bin/uv pip compile -q --universal --generate-hashes --no-annotate --no-header)
extras=(--extra kiosk --extra server --extra wsse --extra sandbox --extra dev)
"${compile[@]}" "${extras[@]}" pyproject.toml -o requirements.lock
grep -o 'pyscard[^"]*' pyproject.toml | "${compile[@]}" --no-deps - -o requirements-pcsc.lock
