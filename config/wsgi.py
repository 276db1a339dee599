import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
# Looking for rings of objects goes through all that Django keeps for good, for tens of milliseconds in the middle
# of somebody's page. What is loaded now is left out of it, and what requests make is looked at less often.
get_resolver().url_patterns  # noqa: B018  the views, which Django loads at the first request
gc.collect()
gc.freeze()
gc.set_threshold(25_000, 20, 50)
