"""How the product is set up, checked, shown and installed."""
