"""What compose.yaml opens, trusts and locks, and that it agrees with the image and the Caddyfile."""

import ipaddress

import pytest

from tests.packaging import compose, image
from tests.packaging.caddy import CADDYFILE


def address(name: str) -> str:
    return str(compose.service(name)["networks"]["inside"]["ipv4_address"])


def test_caddy_alone_opens_ports_and_only_those_of_the_web():
    ports = {name: service.get("ports", []) for name, service in compose.file()["services"].items()}
    assert ports == {"gateway": [], "caddy": ["0.0.0.0:80:80", "0.0.0.0:443:443"]}


@pytest.mark.parametrize(("name", "added"), [("gateway", []), ("caddy", ["NET_BIND_SERVICE"])])
def test_each_container_is_locked(name, added):
    service = compose.service(name)
    assert (service["read_only"], service["cap_drop"], service.get("cap_add", [])) == (True, ["ALL"], added)
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_the_gateway_trusts_the_address_of_caddy_and_no_other():
    (subnet,) = compose.file()["networks"]["inside"]["ipam"]["config"]
    assert compose.service("gateway")["environment"]["TRUSTED_PROXIES"] == f"{address('caddy')}/32"
    hosts = set(map(str, ipaddress.ip_network(subnet["subnet"]).hosts()))
    assert {address("caddy"), address("gateway")} < hosts


def test_caddy_waits_for_a_healthy_gateway_at_the_port_it_listens_on():
    assert compose.service("caddy")["depends_on"] == {"gateway": {"condition": "service_healthy"}}
    port = image.last("EXPOSE").value.split()[0]
    assert f"{{$GATEWAY:gateway:{port}}}" in CADDYFILE.read_text()


def test_settings_of_the_operator_cannot_move_the_data_or_the_trust():
    gateway = compose.service("gateway")
    assert gateway["env_file"] == [{"path": ".env", "required": False}]
    assert {"DATA_DIR", "PUBLIC_BASE_URL", "TRUSTED_PROXIES", "CLIENT_IP_HEADER"} == set(gateway["environment"])


def test_what_must_last_is_in_named_volumes():
    kept = {name: compose.service(name)["volumes"] for name in ("gateway", "caddy")}
    assert kept["gateway"] == ["data:/data"]
    assert kept["caddy"] == ["./Caddyfile:/etc/caddy/Caddyfile:ro", "certificates:/data"]
    assert set(compose.file()["volumes"]) == {"data", "certificates"}
