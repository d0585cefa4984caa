"""The portal's own settings and middleware around one bare view."""

from portal.settings import *  # noqa: F403 - every setting is the portal's but the addresses

ROOT_URLCONF = "bench.floor.urls"
WSGI_APPLICATION = "bench.floor.wsgi.application"
