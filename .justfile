# The habits of the house, one name each: uv run just NAME.

# What there is.
default:
    @just --list

# Everything that must hold: the checks, then all tests.
check: style types floors migrations docs deploy
    uv run pytest

# Everything but the browser tests: the quick look.
quick: style
    uv run pytest --ignore tests/browser

# The layout of code and templates.
style:
    uv run ruff check .
    uv run ruff format --check .
    uv run djlint templates --lint --quiet

# The types.
types:
    uv run mypy

# Imports go down the floors only.
floors:
    uv run lint-imports

# No model without its migration.
migrations:
    uv run manage.py makemigrations --check --dry-run

# The generated parts of the docs agree with the code.
docs:
    uv run manage.py docs --check

# Production's settings pass Django's own check, with invented values.
deploy:
    DATABASE_URL=postgresql://intake:invented@127.0.0.1:5432/intake \
        DATABASE_OWNER_URL=postgresql://owner:invented@127.0.0.1:5432/intake \
        REDIS_URL=redis://127.0.0.1:6379/0 \
        SECRET_KEY="$(python3 -c 'import secrets; print(secrets.token_urlsafe(64))')" \
        ALLOWED_HOSTS=intake.example.org \
        EMAIL_URL=smtp+tls://desk:invented@mail.example.org:587 \
        DEFAULT_FROM_EMAIL="Front desk <desk@example.org>" \
        uv run manage.py check --deploy --fail-level WARNING

# Which lines and branches no test reaches.
coverage:
    uv run pytest --cov --cov-report=term-missing

# Layout and lint, put right.
fix:
    uv run ruff check --fix .
    uv run ruff format .
