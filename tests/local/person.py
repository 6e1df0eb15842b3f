"""An approver with a mail program and a browser, as far as a mail and one form need them."""

import base64
import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from html.parser import HTMLParser


@dataclass
class Page:
    """An answer as a browser gets it."""

    status: int
    headers: dict
    html: str
    url: str

    def forms(self):
        reader = FormReader()
        reader.feed(self.html)
        return reader.forms

    def text(self):
        """What a person reads of it, in one line."""
        without = re.sub(r"(?s)<(style|title|head)\b.*?</\1>", " ", self.html)
        return " ".join(re.sub(r"<[^>]+>", " ", without).split())


class FormReader(HTMLParser):
    """The forms of a page, with their fields and buttons."""

    def __init__(self):
        super().__init__()
        self.forms = []
        self._open = None
        self._in_button = False

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "form":
            self._open = {"method": attributes.get("method", "get").lower(), "action": attributes.get("action") or "", "fields": [], "button": ""}
            self.forms.append(self._open)
        elif self._open is not None and tag == "input" and attributes.get("name"):
            self._open["fields"].append((attributes["name"], attributes.get("value", "")))
        elif self._open is not None and tag == "button":
            self._in_button = True

    def handle_endtag(self, tag):
        if tag == "form":
            self._open = None
        elif tag == "button":
            self._in_button = False

    def handle_data(self, data):
        if self._open is not None and self._in_button:
            self._open["button"] += data.strip()


def request(url, method="GET", body=None):
    """One HTTP request; an error status is an answer too."""
    headers = {"User-Agent": "Mozilla/5.0", "Accept": "text/html"}
    if body is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    asked = urllib.request.Request(url, body, headers, method=method)
    try:
        with urllib.request.urlopen(asked, timeout=70) as answer:
            return Page(answer.status, dict(answer.headers), answer.read().decode(), url)
    except urllib.error.HTTPError as error:
        with error:
            return Page(error.code, dict(error.headers), error.read().decode(), url)


def press(page: Page):
    """Presses the one button of a page, as a person would."""
    forms = [form for form in page.forms() if form["method"] == "post"]
    if len(forms) != 1:
        raise AssertionError(f"expected one form to press, found {len(forms)} in: {page.text()}")
    body = urllib.parse.urlencode(forms[0]["fields"]).encode()
    return request(urllib.parse.urljoin(page.url, forms[0]["action"]) if forms[0]["action"] else page.url, "POST", body)


def links(mail):
    """The links of an approval mail's text, by what they do: `confirm` and `cancel`."""
    found = {}
    for url in re.findall(r"https?://[^\s<>\"]+", mail["BodyText"]):
        fields = url.rsplit("/", 1)[-1].split(".", 1)[0]
        try:
            said = base64.urlsafe_b64decode(fields + "=" * (-len(fields) % 4)).decode().split("\n")
        except ValueError:
            continue
        for action in ("confirm", "cancel"):
            if action in said:
                found.setdefault(action, url)
    return found
