"""nginx, HAProxy and Caddy, run by the files that docs/proxies.md recommends, before real servers."""
