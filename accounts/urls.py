"""Addresses of the accounts pages."""

from django.urls import URLPattern, URLResolver, path

from accounts.views import login, people, setup, sudo

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", login.log_in, name="login"),
    path("logout/", login.log_out, name="logout"),
    path("account/password/", login.change_password, name="password_change"),
    path("security/sessions/", people.sessions, name="sessions"),
    path("security/sessions/end/", people.end, name="end_sessions"),
    path("security/logins/", people.logins, name="logins"),
    path("sudo/", sudo.step_up, name="sudo"),
    path("setup/<str:token>", setup.set_up, name="setup"),
]
