"""Cash devices whose kiosk dies: a real driver and book in a process that ends at a point.

fate.py      the point, and the link whose every write and read is one
life.py      what the lives of both protocols do, and the process that forks them
forker.py    the test's end of that process
cctalk.py    lives with a ccTalk device       cctalk_broken.py   the same with one rule broken
id003.py     lives with an ID-003 validator   id003_broken.py    the same with one rule broken
"""
