"""PURE: of which machines a rule is true now, and of which nobody can say."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from queue_server.fleet.model.alert_rules import Condition, Rule
from queue_server.fleet.model.alert_words import device_words, part_words
from queue_server.fleet.model.devices import TAMPERING, Verdict, part_verdict
from queue_server.fleet.model.heartbeat import Heartbeat

SERVICE = "service"  # staff closed the kiosk: that is no fault of a device


@dataclass(frozen=True)
class KioskFacts:
    """One kiosk that was heard at least once. `online`: as the watch judged it."""

    name: str
    online: bool
    beat: Heartbeat


@dataclass(frozen=True)
class Facts:
    """A site at one instant. None: not known, or there is no such thing here.

    `maintained`: kiosks that are worked on, "" for the whole site. `displays_gone`: displays that
    were connected and are no more. `chain_fault`: what broke the audit chain first. Ages and terms
    in seconds and days.
    """

    kiosks: tuple[KioskFacts, ...] = ()
    backend_up: bool | None = None
    backlog_s: float | None = None
    certificate_days: float | None = None
    anchor_age_s: float | None = None
    chain_fault: str | None = None
    codes_twice: frozenset[str] = frozenset()
    displays_gone: frozenset[str] = frozenset()
    maintained: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Found:
    """What a look found. `true`: subject -> detail for people (`A01/printer` -> `paper out`).
    `unknown` says of a subject that nobody can tell now."""

    true: Mapping[str, str]
    unknown: Callable[[str], bool]


def kiosk_of(subject: str) -> str:
    """The kiosk a subject belongs to; "" for the site's own."""
    return subject.partition("/")[0] if not subject.startswith("@") else ""


def look(rule: Rule, rules: tuple[Rule, ...], facts: Facts) -> Found:
    """What `rule` finds. A silent kiosk says nothing of its devices, and where the network is gone
    nobody can blame a kiosk: so children are silenced by their parent."""
    if "" in facts.maintained:
        return Found({}, _nothing)
    found = {
        subject: detail
        for subject, detail in _TRUE[rule.condition](rule, facts)
        if kiosk_of(subject) not in facts.maintained
    }
    if rule.condition is Condition.DEVICE_STATE and not TAMPERING & set(rule.states):
        found = {each: found[each] for each in found.keys() - _explained(rules, facts)}
    if rule.condition is Condition.KIOSK_OFFLINE:
        return Found({}, _everything) if _network_is_down(rules, facts) else Found(found, _nothing)
    silent = {each.name for each in facts.kiosks if not each.online}
    return Found(found, lambda subject: kiosk_of(subject) in silent)


def _nothing(_subject: str) -> bool:
    return False


def _everything(_subject: str) -> bool:
    return True


def _network_is_down(rules: tuple[Rule, ...], facts: Facts) -> bool:
    return any(each.condition is Condition.NETWORK and any(_network(each, facts)) for each in rules)


def _explained(rules: tuple[Rule, ...], facts: Facts) -> set[str]:
    """Devices that are down because of a part that another rule already tells of: no paper."""
    parts = [each for each in rules if each.condition is Condition.PART]
    return {
        f"{kiosk.name}/{device.name}"
        for kiosk in _heard(facts)
        for device in kiosk.beat.devices
        for rule in parts
        if (word := device.parts.get(rule.part, "")) in rule.words
        and part_verdict(word, rule.part) is Verdict.BROKEN
    }


Pairs = Iterator[tuple[str, str]]


def _heard(facts: Facts) -> Iterator[KioskFacts]:
    return (each for each in facts.kiosks if each.online)


def _device_state(rule: Rule, facts: Facts) -> Pairs:
    for kiosk in _heard(facts):
        for device in kiosk.beat.devices:
            counts = not rule.kinds or device.kind in rule.kinds
            if device.device in rule.states and counts and device.kind != SERVICE:
                yield f"{kiosk.name}/{device.name}", device_words(device.kind, device.device)


def _part(rule: Rule, facts: Facts) -> Pairs:
    for kiosk in _heard(facts):
        for device in kiosk.beat.devices:
            word = device.parts.get(rule.part, "")
            if word in rule.words:
                yield f"{kiosk.name}/{device.name}", part_words(rule.part, word)


def _offline(_rule: Rule, facts: Facts) -> Pairs:
    return (
        (each.name, "tres latidos seguidos sin llegar") for each in facts.kiosks if not each.online
    )


def _network(rule: Rule, facts: Facts) -> Pairs:
    watched = [each for each in facts.kiosks if each.name not in facts.maintained]
    silent = sum(not each.online for each in watched)
    if silent >= max(1, rule.at_least) and silent >= rule.share * len(watched):
        yield "@network", f"{silent} de {len(watched)} quioscos sin señal"


def _supply(rule: Rule, facts: Facts, wanted: Callable[[float], bool]) -> Pairs:
    for kiosk in _heard(facts):
        for each in kiosk.beat.supplies or ():
            if each.name != rule.supply or each.count is None or not each.capacity:
                continue
            percent = each.count * 100 / each.capacity
            if wanted(percent):
                yield f"{kiosk.name}/{each.device}", f"queda al {percent:.0f} %"


def _below(rule: Rule, facts: Facts) -> Pairs:
    return _supply(rule, facts, lambda percent: percent <= rule.percent)


def _above(rule: Rule, facts: Facts) -> Pairs:
    return _supply(rule, facts, lambda percent: percent >= rule.percent)


def _backlog(rule: Rule, facts: Facts) -> Pairs:
    if facts.backlog_s is not None and facts.backlog_s > rule.seconds:
        yield "@outbox", f"lo más antiguo espera {facts.backlog_s / 60:.0f} min"
    for kiosk in _heard(facts):
        oldest = kiosk.beat.oldest_unsent_s
        if oldest is not None and oldest > rule.seconds:
            yield kiosk.name, f"lo más antiguo espera {oldest / 60:.0f} min"


def _backend(_rule: Rule, facts: Facts) -> Pairs:
    if facts.backend_up is False:
        yield "@backend", "no responde"


def _certificate(rule: Rule, facts: Facts) -> Pairs:
    if facts.certificate_days is not None and facts.certificate_days <= rule.days:
        yield "@certificate", f"vence en {max(0.0, facts.certificate_days):.0f} días"


def _anchor(rule: Rule, facts: Facts) -> Pairs:
    if facts.anchor_age_s is not None and facts.anchor_age_s > rule.seconds:
        yield "@audit", f"hace {facts.anchor_age_s / 60:.0f} min"


def _chain(_rule: Rule, facts: Facts) -> Pairs:
    if facts.chain_fault is not None:
        yield "@audit", facts.chain_fault


def _disk(rule: Rule, facts: Facts) -> Pairs:
    for kiosk in _heard(facts):
        free = kiosk.beat.vitals.disk_percent
        if free is not None and free <= rule.percent:
            yield kiosk.name, f"{free} % libre"


def _clock(rule: Rule, facts: Facts) -> Pairs:
    for kiosk in _heard(facts):
        off = kiosk.beat.vitals.clock_offset_ms
        if off is not None and abs(off) > rule.seconds * 1000:
            yield kiosk.name, f"{abs(off) / 1000:.0f} s {'adelantado' if off > 0 else 'atrasado'}"


def _twice(_rule: Rule, facts: Facts) -> Pairs:
    return (
        (f"@code {each}", "dos equipos en la red dicen ser este quiosco")
        for each in sorted(facts.codes_twice)
    )


def _displays(_rule: Rule, facts: Facts) -> Pairs:
    return ((f"@display {each}", "su conexión terminó") for each in sorted(facts.displays_gone))


_TRUE: Mapping[Condition, Callable[[Rule, Facts], Pairs]] = {
    Condition.DEVICE_STATE: _device_state,
    Condition.PART: _part,
    Condition.KIOSK_OFFLINE: _offline,
    Condition.NETWORK: _network,
    Condition.SUPPLY_BELOW: _below,
    Condition.SUPPLY_ABOVE: _above,
    Condition.BACKLOG: _backlog,
    Condition.BACKEND_DOWN: _backend,
    Condition.CERTIFICATE: _certificate,
    Condition.AUDIT_ANCHOR: _anchor,
    Condition.AUDIT_BROKEN: _chain,
    Condition.DISK: _disk,
    Condition.CLOCK: _clock,
    Condition.CODE_TWICE: _twice,
    Condition.DISPLAY_GONE: _displays,
}
