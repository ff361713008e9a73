"""What a person is told when a performer got no answer of its own."""

AWAY_WORDS = "No hay conexión en este momento. Intente otra vez o acérquese a una ventanilla."
NO_NUMBERS_WORDS = "No quedan números por ahora. Acérquese al personal del módulo."
