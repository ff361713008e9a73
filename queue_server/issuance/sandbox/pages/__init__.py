"""Pages for people in front of the sandbox: self-contained HTML, plain forms, no script."""
