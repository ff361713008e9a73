"""The kiosk's own small set of widgets: one .py and one .kv of the same name for each."""
