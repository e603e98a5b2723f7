"""Addresses of the security pages."""

from django.urls import URLPattern, URLResolver, path

from security import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("robots.txt", views.robots, name="robots"),
    path("security/", views.security, name="security"),
    path("security/lift/", views.lift, name="lift_ban"),
]
