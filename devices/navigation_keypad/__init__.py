"""Navigation keypads with a headphone jack, for people who cannot use the screen."""
