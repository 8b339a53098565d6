"""The fields that may be turned round without a chapter going red, each with the reason."""

from __future__ import annotations

from fnmatch import fnmatchcase

from manifests import Mutation

HARMLESS: dict[str, str] = {
    "01/mend.yaml Service ledger spec.selector.app: *": "It is wrong on purpose, and stays wrong.",
    "01/other-selector.yaml *": "The API server refuses the file for its labels alone.",
    "02/retention.yaml * spec.podManagementPolicy: *": (
        "It saves time: the Pods of this set are not what it shows."
    ),
}


def reason(mutation: Mutation) -> str:
    """Why nobody can see the change; "" when a chapter has to go red."""
    for pattern, why in HARMLESS.items():
        if fnmatchcase(str(mutation), pattern):
            return why
    return ""
