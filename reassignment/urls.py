from django.urls import path

from reassignment.views import requests, waiting

urlpatterns = [
    path("clients/<int:pk>/reassign/", requests.start, name="reassign-start"),
    path("reassignments/asked/<int:pk>/", requests.asked, name="reassign-asked"),
    path("reassignments/asked/<int:pk>/aside/", requests.put_aside, name="reassign-aside"),
    path("tracker/reassignments/", requests.tracker_page, name="reassign-tracker"),
    path("tracker/reassignments.<slug:kind>", requests.tracker_file, name="reassign-tracker-file"),
    path("transfer-list/", waiting.transfer_list, name="transfer-list"),
    path("transfer-list/<int:pk>/offer/", waiting.offer, name="transfer-offer"),
    path("transfer-list/offers/<int:pk>/", waiting.answer, name="transfer-answer"),
]
