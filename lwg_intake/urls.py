from django.urls import include, path

urlpatterns = [
    path("accounts/", include("lwg_intake.access.urls")),
    path("accounts/", include("allauth.urls")),
    path("", include("lwg_intake.desk.urls")),
    path("", include("lwg_intake.checklists.urls")),
    path("", include("lwg_intake.messages.urls")),
    path("", include("returning.urls")),
    path("", include("caseload.urls")),
    path("", include("reassignment.urls")),
    path("", include("reassignment.departure_urls")),
]
