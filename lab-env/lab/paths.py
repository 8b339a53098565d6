"""Where the lab's own sources stand, beside this package in the checkout."""

from pathlib import Path

LAB_ENV = Path(__file__).resolve().parent.parent
CHECKOUT = LAB_ENV.parent
NODE_IMAGE = LAB_ENV / "node-image"
IMAGES = LAB_ENV / "images"
KIND = LAB_ENV / "kind"
