"""A kiosk, its server and everything that holds money, killed again and again, then audited.

visitor.py   the kiosk without a screen, and somebody who touches it (a process that dies)
world.py     the site, the centre, the gateway and the machines, which keep the true ledgers
lives.py     one life after the other: what the visitor's hands do, and when power goes
audit.py     what ledgers, journal and server say in the end, to the céntimo
"""
