"""One .py and one .kv of the same name for each state of the flow."""
