"""What kiosks are told to do from afar: ordered by a person, signed, delivered, answered for."""
