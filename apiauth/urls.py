"""Addresses of the apiauth pages, and of the API for bouncers at the root, where these look for it."""

from django.urls import URLPattern, URLResolver, path

from apiauth import decisions, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/decisions", decisions.decisions_held, name="decisions"),
    path("v1/decisions/stream", decisions.decisions_stream, name="decisions_stream"),
    path("keys/", views.api_keys, name="api_keys"),
    path("keys/<str:kid>/rotate/", views.rotate_api_key, name="rotate_api_key"),
    path("keys/<str:kid>/revoke/", views.revoke_api_key, name="revoke_api_key"),
]
