"""Django's own settings. The database is the chassis's, by DATABASE_URL and its like."""

import os

SECRET_KEY = os.environ.get("SECRET_KEY", "of this example, which signs nothing")
ALLOWED_HOSTS = ["*"]  # name yours
INSTALLED_APPS = ["with_django_async"]
MIDDLEWARE = ["with_django_async.problems.ProblemMiddleware"]
ROOT_URLCONF = "with_django_async.urls"
APPEND_SLASH = False
