# The image of kam_sync: a virtual environment built from the lock file, run by a user without rights.
# BASE is any image with Python 3.11 or newer as `python3`, its venv module and CA certificates.
ARG BASE=python:3.12-slim

FROM ${BASE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python3 -m venv /opt/kam_sync
WORKDIR /build
COPY requirements.lock ./
RUN /opt/kam_sync/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY ops/image/slim ./
COPY src src
COPY connectors connectors
COPY migrations migrations
# hatchling is in the lock; it and pip have no work to do in the running service
RUN /opt/kam_sync/bin/python -m pip install --quiet --no-deps --no-build-isolation . \
    && /opt/kam_sync/bin/python -m pip uninstall --quiet --yes hatchling trove-classifiers setuptools pip \
    && ./slim /opt/kam_sync

FROM ${BASE}
LABEL org.opencontainers.image.title="kam_sync" \
      org.opencontainers.image.description="Key accounts out of CRMs in one store: measured, watched, told about" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin kam_sync \
    && install -d -o 10001 -g 10001 -m 0700 /data
COPY --from=build /opt/kam_sync /opt/kam_sync
ENV PATH=/opt/kam_sync/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    LANG=C.UTF-8 \
    KAM_SYNC_DATA_DIR=/data
WORKDIR /data
USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python3", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["kam-sync"]
# it starts once there is an admin and KAM_SYNC_SECRET_KEY: docs/access.md
CMD ["serve", "--host", "0.0.0.0"]
