"""A kiosk, its server and everything that holds money, killed again and again, then audited.

visitor.py   the kiosk without a screen, and somebody who touches it (a process that dies)
kiosk.py     the kiosk's machines, its journal and the disk under it, which outlive the process
world.py     site, centre and gateway: with the machines they keep the true ledgers
street.py    who comes, with a card, notes, coins or a phone
points.py    the named points, wrapped around the product's own seams
lives.py     one life after the other: how each ends, and how long settling takes
screen.py    the same with the whole screen
books.py     what everybody has written down in the end
audit.py     PURE: whether the books agree, to the céntimo
broken.py    one rule broken at a time, so that the audit can be seen to find it
chunks.py    the campaign in parts          record.py    which of them are done, and their sum
"""
