from django.urls import path

from lwg_intake.messages import views

urlpatterns = [
    path("texts/in/", views.text_in, name="text-in"),
    path("texts/status/", views.text_status, name="text-status"),
]
