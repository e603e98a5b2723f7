"""Addresses of the brokers app."""

from django.urls import URLPattern, URLResolver, include, path

from brokers import views
from brokers.api.routes import patterns

API = patterns()

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.dashboard, name="dashboard"),
    path("dashboard/account/", views.dashboard_account, name="dashboard_account"),
    path("orders/", views.orders, name="orders"),
    path("api/v1/", API),
    path("/api/v1/", include(API[0])),  # a client whose host ends in a slash
]
