"""HTTP of the hub: what sites tell, and what people look at."""
