"""A program with an unmodified Sentry SDK: a web application, a log, and an end with an exception."""

import logging
import os

import sentry_sdk
from fastapi import FastAPI
from starlette.testclient import TestClient

sentry_sdk.init(dsn=os.environ["DSN"], release="shop@2.0.0", environment="staging")
app = FastAPI()


@app.get("/divide/{number}")
def divide(number: int) -> float:
    """Fails for 0."""
    return 1 / number


def main() -> None:
    """Three failing requests and one that works, two log entries of one kind, and a crash."""
    client = TestClient(app, raise_server_exceptions=False)
    for number in (0, 0, 0, 1):
        client.get(f"/divide/{number}")
    for card in ("4711", "0815"):
        logging.getLogger("billing").error("card %s was declined", card)
    sentry_sdk.flush(10)
    raise KeyError("missing")


if __name__ == "__main__":
    main()
