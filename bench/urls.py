from django.urls import path

from bench.jobs.tick import bare
from lwg_intake.urls import urlpatterns as program

urlpatterns = [*program, path("bare/<int:pk>/", bare)]
