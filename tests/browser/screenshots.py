"""`make screenshots`: the mail and the page as people see them on a phone, into docs/images.

Run by pytest, which gives it the walked story that the tests have; its name keeps it out of their number.
"""

from local.cloud import REPOSITORY
from PIL import Image

IMAGES = REPOSITORY / "docs" / "images"
# In the order of a story; the names of the files, and the states that they show.
PAGES = {
    "page-confirm": "confirm",
    "page-cancel": "cancel",
    "page-confirmed": "confirmed-by-you",
    "page-done": "promoted",
    "page-cancelled": "cancelled-by-other",
}
PHONE = {"width": 390, "height": 400}
# Documentation is read by many, on slow lines too.
LIMIT = 150_000


def test_photograph(walked, context):
    """Writes every picture twice, light and dark."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    addresses = {name: f"{walked.gallery.url}/{state}" for name, state in PAGES.items()}
    addresses["mail"] = walked.gallery.show("mail", walked.request["BodyHtml"])
    for scheme in ("light", "dark"):
        page = context(color_scheme=scheme, viewport=PHONE, device_scale_factor=2).new_page()
        for name, address in addresses.items():
            page.goto(address)
            picture = IMAGES / f"{name}-{scheme}.png"
            page.screenshot(path=picture, full_page=True)
            # Chromium writes large files; these have few colours.
            Image.open(picture).convert("P", palette=Image.Palette.ADAPTIVE).save(picture, optimize=True)
            assert picture.stat().st_size < LIMIT, picture
