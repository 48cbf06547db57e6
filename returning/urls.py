from django.urls import path

from returning import views

urlpatterns = [
    path("clients/<int:pk>/return/", views.start, name="return-start"),
    path("tracker/", views.tracker_page, name="tracker"),
    path("tracker/returning-clients.<slug:kind>", views.tracker_file, name="tracker-file"),
]
