"""How long the centre takes to answer, and what comes of it: counted, and kept."""
