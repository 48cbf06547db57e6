from django.urls import path

from bench.jobs import case, departure, tick
from lwg_intake.urls import urlpatterns as program

urlpatterns = [
    *program,
    path("bare/<int:pk>/", tick.bare),
    path("bare-case/<int:pk>/", case.bare),
    path("bare-departure/", departure.bare),
]
