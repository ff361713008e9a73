"""The demo's applicants: people of the sandbox's register, as their documents show them."""

from dataclasses import dataclass

from devices.documents.mrz import check_digit

Mrz = tuple[str, str, str]


@dataclass(frozen=True)
class Visitor:
    """Somebody who comes to the kiosk. Birth and expiry as YYMMDD."""

    number: str
    birth: str
    sex: str
    surname: str
    given_names: str
    email: str
    expiry: str = "300101"

    def mrz(self) -> Mrz:
        """The three lines of a Peruvian DNI (TD1, ICAO Doc 9303 part 5)."""
        first = f"I<PER{self.number}<{check_digit(self.number + '<')}".ljust(30, "<")
        birth = self.birth + check_digit(self.birth)
        expiry = self.expiry + check_digit(self.expiry)
        second = f"{birth}{self.sex}{expiry}PER".ljust(29, "<")
        composite = check_digit(first[5:30] + second[0:7] + second[8:15] + second[18:29])
        names = f"{self.surname}<<{self.given_names.replace(' ', '<')}".ljust(30, "<")
        return first, second + composite, names[:30]


# Issued at once.
JUAN = Visitor("10117410", "800101", "M", "PRUEBA", "JUAN CARLOS", "juan.prueba@example.com")
# Shares a name with somebody: the centre's people decide.
JOSE = Visitor("10117436", "900315", "M", "PRUEBA", "JOSE LUIS", "jose.prueba@example.com")
# Pays with notes; pays with her phone.
MARTA = Visitor("10117487", "581009", "F", "PRUEBA", "MARTA", "marta.prueba@example.com")
ROSA = Visitor("10117428", "750630", "F", "PRUEBA", "ROSA ELVIRA", "rosa.prueba@example.com")
# Has a certificate in force: nothing needs to be paid.
CARMEN = Visitor("10117479", "690228", "F", "PRUEBA", "CARMEN JULIA", "carmen.prueba@example.com")
