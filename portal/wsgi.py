"""The entry point of the production web server."""

import os

from django.core.wsgi import get_wsgi_application

from portal.whole_bodies import with_whole_bodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

application = with_whole_bodies(get_wsgi_application())
