"""The site of the storm: as ever, and it knows what a bill is."""

from config.wsgi import application
from tests.payments.storm import register

register()
__all__ = ["application"]
