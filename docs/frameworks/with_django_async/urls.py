from django.urls import path

from with_django_async import views

handler404 = "with_django_async.problems.not_found"
urlpatterns = [
    path("products", views.create),
    path("products/<uuid:key>", views.get),
    path("health/live", views.live),
    path("health/ready", views.ready),
]
