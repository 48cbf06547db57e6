from django.urls import path

from caseload import views
from caseload.backfill import views as backfill
from caseload.calls import views as calls
from caseload.feeds import views as feeds
from caseload.figures import views as figures
from caseload.overview import views as overview

urlpatterns = [
    path("caseload/", views.caseload, name="caseload"),
    path("caseload/answers/", views.answer, name="caseload-answer"),
    path("caseload/assignments/<int:pk>/close/", views.start, name="closing-start"),
    path("caseload/asked/<int:pk>/", views.asked, name="closing-asked"),
    path("caseload/overview/", overview.overview, name="caseload-overview"),
    path("caseload/calendar/", feeds.own, name="caseload-calendar"),
    path("calendar/<str:token>.ics", feeds.feed, name="caseload-feed"),
    path("figures/", figures.figures, name="figures"),
    path("figures/<slug:key>.csv", figures.table, name="figure-table"),
    path("calls/", calls.calls, name="calls"),
    path("calls/log/", calls.log, name="call-log"),
    path("calls/<int:pk>/back/", calls.take_back, name="call-back"),
    path("calls/places/", backfill.backfill, name="backfill"),
    path("calls/places/add/", backfill.place, name="backfill-place"),
    path("calls/places/deal/", backfill.deal, name="backfill-deal"),
    path("calls/sooner/<int:pk>/off/", backfill.take_off, name="backfill-off"),
    path("clients/<int:pk>/sooner/", backfill.add, name="backfill-add"),
]
