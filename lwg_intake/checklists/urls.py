from django.urls import path

from lwg_intake.checklists import views

urlpatterns = [
    path("cases/<int:pk>/", views.case, name="case"),
    path("cases/<int:pk>/steps/", views.rail, name="case-rail"),
    path("cases/<int:pk>/steps/<slug:key>/", views.step, name="case-step"),
    path("cases/<int:pk>/steps/<slug:key>/draft/", views.draft, name="case-draft"),
    path("cases/<int:pk>/questions/", views.ask, name="case-ask"),
    path("cases/<int:pk>/leave/", views.leave, name="case-leave"),
    path("cases/<int:pk>/reopen/", views.reopen, name="case-reopen"),
    path("cases/<int:pk>/complete/", views.complete, name="case-complete"),
    path("questions/<int:pk>/answer/", views.answer, name="question-answer"),
    path("tracker/views/", views.save_view, name="view-save"),
    path("tracker/views/<int:pk>/delete/", views.forget_view, name="view-forget"),
]
