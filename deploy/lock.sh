#!/usr/bin/env bash
# Writes the hash-locked requirements anew. What must be compiled (PC/SC) has a lock of its own, so
# that a machine without a compiler still gets everything else. A server and a kiosk have locks of
# their own, the same versions without what only tests need (deploy/install-*.sh).
set -euo pipefail
cd "$(dirname "$0")/.."
compile=(.venv/bin/uv pip compile -q --universal --generate-hashes --no-annotate --no-header)
extras=(--extra kiosk --extra server --extra wsse --extra sandbox --extra dev)
"${compile[@]}" "${extras[@]}" pyproject.toml -o requirements.lock
grep -o 'pyscard[^"]*' pyproject.toml | "${compile[@]}" --no-deps - -o requirements-pcsc.lock
for role in server kiosk; do
    extras=(--extra "$role")
    [ "$role" = kiosk ] || extras+=(--extra wsse)
    echo hatchling | "${compile[@]}" "${extras[@]}" -c requirements.lock pyproject.toml - \
        -o "requirements-$role.lock"
done
