"""Django, WSGI: `gunicorn --config with_django/gunicorn.conf.py with_django.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "with_django.settings")
application = get_wsgi_application()
