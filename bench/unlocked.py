"""The product with the booking lock unhooked: the baseline of the race, and the negative control of its test."""

from config.wsgi import application
from scheduling import booking

booking.lock_advocate = lambda advocate, *, wait=True: True

__all__ = ["application"]
