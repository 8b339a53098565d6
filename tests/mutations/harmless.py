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
    "04/bare.yaml * spec.podManagementPolicy: *": (
        "It saves time: without a probe, an undone update has to wait for a blink of the crash."
    ),
    "05/desk.yaml StatefulSet desk spec.replicas: *": "It asks for probes, in however many Pods.",
    "05/desk.yaml * spec.podManagementPolicy: *": "It saves time: it asks for no order.",
    "05/shop.yaml Service shop-pods spec.publishNotReadyAddresses: *": (
        "Patroni finds the members through the API server, whether they have names or not."
    ),
    "05/shop.yaml Service shop spec.selector.role: *": "It is wrong on purpose, and stays wrong.",
    "05/rabbitmq-puzzle.yaml Service post spec.selector.app: *": (
        "It is there for clients, and the exercise has none."
    ),
    "06/safe.yaml * spec.podManagementPolicy: *": "It saves time: no order of its Pods is claimed.",
    "06/ledger.yaml StatefulSet ledger spec.replicas: *": "It is scaled to 0 and to 1 by its cell.",
}


def reason(mutation: Mutation) -> str:
    """Why nobody can see the change; "" when a chapter has to go red."""
    for pattern, why in HARMLESS.items():
        if fnmatchcase(str(mutation), pattern):
            return why
    return ""
