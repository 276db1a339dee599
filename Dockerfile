FROM python:3.12-slim-bookworm
ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1
WORKDIR /app
COPY requirements.lock ./
RUN pip install --require-hashes --no-deps -r requirements.lock
COPY . .
RUN python -m web.catalogue compile \
 && SECRET_KEY=build MASTER_KEY=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
    DATABASE_URL=postgresql://x@x/x REDIS_URL=redis://x python manage.py collectstatic --noinput -v0 \
 && useradd --create-home roundtable && mkdir -p /var/lib/roundtable/files && chown -R roundtable /var/lib/roundtable
USER roundtable
EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--no-control-socket"]
