FROM python:3.11-slim

# Where packages come from is for the builder to say: --build-arg PIP_INDEX_URL=… --build-arg UV_DEFAULT_INDEX=…
ARG PIP_INDEX_URL
ARG UV_DEFAULT_INDEX

RUN pip install --no-cache-dir uv \
    && useradd --system --create-home --home-dir /var/lib/yihu yihu
WORKDIR /opt/yihu
COPY pyproject.toml README.md alembic.ini ./
COPY app app
COPY migrations migrations
# uv, because pip does not read the constraints that pin what was tested
RUN uv sync --no-dev --no-cache && chown -R yihu /var/lib/yihu

USER yihu
ENV PATH=/opt/yihu/.venv/bin:$PATH YIHU_DATA_DIR=/var/lib/yihu PYTHONUNBUFFERED=1
VOLUME /var/lib/yihu
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
CMD ["yihu", "serve", "--host", "0.0.0.0"]
