"""What the reports reach outside the process."""
