"""Addresses of the apiauth pages."""

from django.urls import URLPattern, URLResolver, path

from apiauth import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("keys/", views.api_keys, name="api_keys"),
    path("keys/<str:kid>/rotate/", views.rotate_api_key, name="rotate_api_key"),
    path("keys/<str:kid>/revoke/", views.revoke_api_key, name="revoke_api_key"),
]
