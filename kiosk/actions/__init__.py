"""What this kiosk is told to do from afar: believed or not, done at the right moment, answered for.

`model` judges (pure), `admission` checks the signature and remembers, `desk` carries out.
"""
