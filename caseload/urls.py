from django.urls import path

from caseload import views

urlpatterns = [
    path("caseload/", views.caseload, name="caseload"),
    path("caseload/answers/", views.answer, name="caseload-answer"),
]
