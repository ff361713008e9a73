"""Card terminals on a serial line that speak Concert E, as Ingenico's Telium does."""
