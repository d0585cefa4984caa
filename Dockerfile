# The portal's image: built from the locks alone, run by a user of its own.

FROM python:3.11-slim-bookworm AS build
WORKDIR /app
ENV PATH=/venv/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements*.lock ./
RUN python -m venv /venv \
    && pip install --no-cache-dir --require-hashes -r requirements-local.lock \
    && pip install --no-cache-dir --require-hashes -r requirements-node.lock
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
# These commands need a configuration and no server; nothing of it is in the image that runs.
RUN export SECRET_KEY=build DATABASE_URL=postgresql://build@localhost/build REDIS_URL=redis://localhost/0 \
    && python manage.py build_frontend \
    && python manage.py compile_catalogues \
    && python manage.py collectstatic --noinput

FROM python:3.11-slim-bookworm
WORKDIR /app
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data
COPY requirements.lock ./
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock \
    && useradd --system --uid 10001 --no-create-home portal \
    && install --directory --owner=portal --mode=0700 /data
COPY . .
COPY --from=build /app/locale ./locale
COPY --from=build /app/var/static ./var/static
COPY --from=build /app/var/print ./var/print
USER portal
EXPOSE 8000
CMD ["python", "-m", "gunicorn", "portal.wsgi", "--config", "deploy/gunicorn.conf.py", "--bind", "0.0.0.0:8000"]
