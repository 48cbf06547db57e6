from django.urls import path

from reassignment.views import calls, departures, roster, sheet

urlpatterns = [
    path("departures/", departures.departures, name="departures"),
    path("departures/open/", departures.open_departure, name="departure-open"),
    path("departures/calls/", calls.calls, name="departure-calls"),
    path("departures/calls/now/", calls.now, name="departure-calls-now"),
    path("departures/calls/<int:pk>/<slug:do>/", calls.deed, name="departure-call"),
    path("departures/<int:pk>/", departures.departure, name="departure"),
    path("departures/<int:pk>/changes/", departures.changes, name="departure-changes"),
    path("departures/<int:pk>/watch/", departures.watch, name="departure-watch"),
    path("departures/<int:pk>/mail/", departures.mail, name="departure-mail"),
    path("departures/<int:pk>/do/<slug:do>/", departures.deed, name="departure-deed"),
    path("departures/<int:pk>/sheet/", sheet.sheet, name="departure-sheet"),
    path("departures/<int:pk>/sheet/apply/", sheet.apply, name="departure-sheet-apply"),
    path("departures/<int:pk>/roster.<slug:kind>", sheet.export, name="departure-file"),
    path("departures/rows/<int:pk>/", roster.row, name="roster-row"),
    path("departures/rows/<int:pk>/<slug:do>/", roster.deed, name="roster-deed"),
]
