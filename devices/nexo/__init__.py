"""Card terminals that speak nexo Retailer 3.x: JSON messages over HTTP."""
