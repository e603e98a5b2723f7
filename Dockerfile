# Two stages: the first gathers what requirements.txt pins, ready-built; the second holds that and the source, nothing to build with.
FROM python:3.13-slim-trixie AS packages
COPY requirements.txt /
RUN python -m venv --without-pip /venv \
    && pip --python /venv/bin/python install --no-cache-dir --only-binary=:all: --requirement /requirements.txt

FROM python:3.13-slim-trixie
RUN groupadd --gid 10001 openalgo \
    && useradd --uid 10001 --gid openalgo --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin openalgo \
    && install --directory --mode 0700 --owner openalgo --group openalgo /data
COPY --from=packages /venv /venv
WORKDIR /app
COPY --chmod=0755 . .
ENV PATH=/venv/bin:$PATH \
    DATA_DIR=/data \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 10001:10001
VOLUME /data
EXPOSE 5000 8765
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-Ic", "from http.client import HTTPConnection as C; c = C('127.0.0.1', 5000, timeout=4); c.request('GET', '/healthz'); raise SystemExit(c.getresponse().status != 200)"]
CMD ["python", "manage.py", "serve", "--host", "0.0.0.0"]
