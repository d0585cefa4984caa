"""The settings of an S3 store for documents (`ATTACHMENT_STORAGE=s3`)."""

from __future__ import annotations

from typing import Any, Final

from portal.env import Env, env

_CONNECT_SECONDS: Final = 3
_READ_SECONDS: Final = 20


def s3_storage(source: Env = env) -> dict[str, Any]:
    """Give the entry of STORAGES that `S3_*` describe.

    Nothing in it is public: files leave the house through our own views alone, which ask for the
    right and record the opening. Raises ImproperlyConfigured where a setting is missing.
    """
    from botocore.config import Config

    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": source.required("S3_BUCKET", example="portal-documents"),
            "access_key": source.required("S3_ACCESS_KEY_ID", example="the key's id"),
            "secret_key": source.required("S3_SECRET_ACCESS_KEY", example="the key"),
            "endpoint_url": source.text("S3_ENDPOINT_URL") or None,
            "region_name": source.text("S3_REGION") or None,
            "default_acl": None,
            "file_overwrite": False,
            "client_config": Config(
                connect_timeout=_CONNECT_SECONDS,
                read_timeout=_READ_SECONDS,
                retries={"total_max_attempts": 2, "mode": "standard"},
                s3={"addressing_style": source.text("S3_ADDRESSING", "auto")},
                # Stores of other makers know no trailing checksum; ours are SHA-256 in the row.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        },
    }
