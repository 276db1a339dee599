"""The product with the booking lock unhooked, for the negative control of the race: it must be seen to oversell."""

from config.wsgi import application
from scheduling import booking

booking.lock_advocate = lambda advocate: None

__all__ = ["application"]
