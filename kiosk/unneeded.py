"""Keeps out libraries that others import only to write in colours on a terminal, where they happen
to be installed: 8 MB and a tenth of a second. Imported first, and by `__main__` alone.
"""

import sys

FOR_TERMINALS = ("click", "pygments", "rich")

for _name in FOR_TERMINALS:
    sys.modules.setdefault(_name, None)  # type: ignore[arg-type]
