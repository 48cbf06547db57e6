from django.urls import path

from lwg_intake.desk.views import clients, home, numbers, outbox, people, search, texts, trail

urlpatterns = [
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("removals/<int:pk>/", home.removal, name="removal"),
    path("clients/<int:pk>/", clients.client, name="client"),
    path("clients/<int:pk>/balance/", clients.balance, name="client-balance"),
    path("numbers/", numbers.numbers, name="numbers"),
    path("numbers/<slug:key>/", numbers.number, name="number"),
    path("trail/", trail.trail, name="trail"),
    path("trail/file/", trail.trail_file, name="trail-file"),
    path("trail/mine/", trail.own_trail, name="own-trail"),
    path("people/", people.people, name="people"),
    path("people/add/", people.add, name="person_add"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/close/", people.close, name="person_close"),
    path("people/<int:pk>/open/", people.reopen, name="person_open"),
    path("people/<int:pk>/link/", people.mail_link, name="person_link"),
    path("people/<int:pk>/second-factor/", people.reset_second_factor, name="person_second_factor"),
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/<int:pk>/", outbox.message, name="outbox-message"),
    path("outbox/<int:pk>/change/", outbox.change, name="outbox-change"),
    path("outbox/incoming/<int:pk>/", outbox.incoming, name="outbox-incoming"),
    path("texts/", texts.texts, name="texts"),
    path("texts/<slug:template>/<slug:channel>/", texts.text, name="text"),
    path("texts/<slug:template>/<slug:channel>/restore/", texts.restore, name="text-restore"),
]
