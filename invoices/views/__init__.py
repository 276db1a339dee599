"""Staff's pages of time and money."""
