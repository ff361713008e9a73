"""A service is said in the person's language where the site has it, else in Spanish."""

from kiosk.flow.service_words import called_in, name_in, needs_in
from kiosk.flow.world import Held, Service, ServiceWords, World

VISITS = Service(
    "visits",
    "Visitas",
    "V",
    needs="Traiga su documento.",
    words=(ServiceWords("en", "Visits", "Bring your document."), ServiceWords("qu", "Watukuy")),
)


def test_each_word_that_is_missing_is_spanish_by_itself() -> None:
    said = {code: (name_in(code, VISITS), needs_in(code, VISITS)) for code in ("en", "qu", "ay")}
    assert said == {
        "en": ("Visits", "Bring your document."),
        "qu": ("Watukuy", "Traiga su documento."),
        "ay": ("Visitas", "Traiga su documento."),
    }
    assert name_in("es", VISITS) == "Visitas"


def test_a_turn_knows_its_service_by_the_name_on_its_paper() -> None:
    assert called_in("en", World(services=(VISITS,)), "Visitas") == "Visits"
    assert called_in("en", World(numbers=(Held(VISITS, left=True),)), "Visitas") == "Visits"
    assert called_in("en", World(services=(VISITS,)), "Otro") == "Otro"
