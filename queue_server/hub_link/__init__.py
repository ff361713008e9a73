"""A site's line to the hub: enrolment, what is told, and the orders it takes."""
