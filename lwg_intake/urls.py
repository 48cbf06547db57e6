from django.urls import include, path

urlpatterns = [
    path("accounts/", include("lwg_intake.access.urls")),
    path("accounts/", include("allauth.urls")),
]
