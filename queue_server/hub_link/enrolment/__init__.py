"""How a site gets its credential of the hub: it shows a code, a person there types it."""
