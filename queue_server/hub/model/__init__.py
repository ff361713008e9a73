"""PURE: what a site's word amounts to, and which site needs somebody first."""
