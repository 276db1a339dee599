"""Pages of the staff about cases, by noun."""
