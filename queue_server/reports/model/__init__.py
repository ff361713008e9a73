"""PURE: what the reports make of the event log, and of those facts their figures."""
