import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lwg_intake.settings")
application = get_wsgi_application()
# What is loaded by now stays for good: the collector need not go through it again and again while pages are drawn.
gc.freeze()
