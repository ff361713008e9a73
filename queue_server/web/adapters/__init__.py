"""What the pages need from outside: the voice of the displays."""
