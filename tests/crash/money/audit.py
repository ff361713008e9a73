"""PURE: what the true ledgers, the journal and the server say of every order, to the céntimo."""

from collections import defaultdict
from dataclasses import dataclass, field, fields

from kiosk.order import OrderState
from tests.crash.money.books import Books, Order, Payment

STANDING = ("open", "redeemed", "in_doubt")


@dataclass
class Audit:
    """All but `orders` must be 0; `words` says which order and why."""

    orders: int = 0
    lost: int = 0  # money taken that ended as nothing, or a sold order that is no certificate
    double_charged: int = 0
    credit_errors: int = 0  # céntimos that books and boxes disagree about
    receipts_without_charge: int = 0  # paper, an accepted order or a certificate, and nobody paid
    claims_without_charge: int = 0  # somebody holds a claim, and the money is not there
    unresolved: int = 0
    words: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether every céntimo is where it belongs."""
        numbers = (each.name for each in fields(self) if each.name not in ("orders", "words"))
        return not any(getattr(self, name) for name in numbers)


def audit(books: Books) -> Audit:
    """Compare all books."""
    found = Audit(orders=len(books.orders))
    tries: dict[str, list[Payment]] = defaultdict(list)
    for payment in books.payments:
        tries[payment.application].append(payment)
    for order in books.orders:
        _charged_once(found, books, order, tries[order.application])
        _order(found, order, tries[order.application])
        _at_the_server(found, books, order)
    _machines(found, books)
    _strangers(found, books)
    _papers(found, books, tries)
    _claims(found, books)
    found.unresolved += len(books.left_over)
    found.words += books.left_over
    return found


def _charged_once(found: Audit, books: Books, order: Order, tries: list[Payment]) -> None:
    codes = sum(each.means == "wallet" and each.money > 0 for each in tries)
    times = books.charged.get(order.number, 0) + codes
    if times > 1:
        found.double_charged += 1
        _say(found, order, f"charged {times} times")


def _order(found: Audit, order: Order, tries: list[Payment]) -> None:
    """What was taken is the price, or claimed; each try for itself."""
    for each in tries:
        price = order.price if each.id == order.payment else 0
        left = each.money - price - each.claimed
        if left == 0:
            continue
        _say(found, order, f"{each.means} {each.money}, price {price}, claimed {each.claimed}")
        if each.means == "cash":
            found.credit_errors += abs(left)
        if left > 0:
            found.lost += each.means != "cash"
        elif each.claimed > max(0, each.money - price):
            found.claims_without_charge += 1
        else:
            found.receipts_without_charge += 1
    if order.price and not any(each.id == order.payment for each in tries):
        found.receipts_without_charge += 1
        _say(found, order, "sold, and there is no payment")


def _at_the_server(found: Audit, books: Books, order: Order) -> None:
    """What the kiosk handed over is the server's payment and exactly one certificate."""
    if order.state is not OrderState.ACCEPTED:
        return
    if books.sold.get(order.payment, ("", "", 0))[::2] != (order.application, order.amount):
        found.lost += 1
        _say(found, order, f"handed over, and the server holds {books.sold.get(order.payment)}")
        return
    state, number = books.applications.get(order.application, ("", ""))
    made = books.certificates.get(order.application, ())
    if (state == "issued" and made != (number,)) or state not in ("issued", "under_review"):
        found.lost += 1
        _say(found, order, f"{state!r} with the certificates {made}, not just {number!r}")


def _machines(found: Audit, books: Books) -> None:
    """Boxes and hoppers against the journal."""
    for what, there, written in (
        ("in the boxes", books.taken, books.credited),
        ("out of the hoppers", books.given, books.paid_out),
    ):
        if there != written:
            found.credit_errors += abs(there - written)
            found.words.append(f"{there} {what}, {written} in the journal")


def _strangers(found: Audit, books: Books) -> None:
    """Money, payments and certificates of which the journal knows nothing."""
    found.lost += len(books.strays)
    found.words += books.strays
    sold = {each.payment for each in books.orders if each.state is OrderState.ACCEPTED}
    of = {each.application: each for each in books.orders}
    for payment, (application, means, amount) in books.sold.items():
        if payment not in sold:
            found.receipts_without_charge += 1
            found.words.append(
                f"{application}: the server holds {amount} by {means}, not the kiosk"
            )
    for application, made in books.certificates.items():
        order = of.get(application)
        if made and (order is None or order.state is not OrderState.ACCEPTED):
            found.receipts_without_charge += 1
            found.words.append(f"{application}: issued, and {order.state if order else 'unknown'}")


def _papers(found: Audit, books: Books, tries: dict[str, list[Payment]]) -> None:
    """Paper that says "paid" stands for money that was taken."""
    of = {each.number: each for each in books.orders}
    for number in set(books.receipts):
        order = of.get(number)
        money = sum(each.money for each in tries[order.application]) if order else 0
        if order is None or money < order.amount:
            found.receipts_without_charge += 1
            found.words.append(f"{number}: paper says it was paid, {money} were")


def _claims(found: Audit, books: Books) -> None:
    """Staff pay out what the server holds: it is what the kiosk owes, claim by claim."""
    for id_, (state, amount) in books.owed.items():
        if state in STANDING and amount > books.claims.get(id_, 0):
            found.claims_without_charge += 1
            found.words.append(f"claim {id_}: {amount} at the server, {books.claims.get(id_)} here")
    for id_, amount in books.claims.items():
        if books.owed.get(id_, ("", 0))[1] < amount:
            found.unresolved += 1
            found.words.append(
                f"claim {id_}: {amount} here, the server holds {books.owed.get(id_)}"
            )


def _say(found: Audit, order: Order, words: str) -> None:
    found.words.append(f"{order.number} ({order.state}): {words}")
