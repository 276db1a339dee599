import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

# All pages are imported now, not with the first visit. What stands then stands as long as the process: looking through
# it for rubbish again and again would now and then hold up somebody's page.
_ = get_resolver().url_patterns
gc.collect()
gc.freeze()
