"""The XML that OSS answers and takes."""
import time
from urllib.parse import quote
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from oss_server_signature import Refused

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S.", time.gmtime(seconds)) + f"{int(seconds * 1000) % 1000:03d}Z"


def element(name, value):
    if isinstance(value, dict):
        value = "".join(element(k, v) for k, v in value.items())
    elif isinstance(value, list):
        return "".join(element(name, v) for v in value)
    elif isinstance(value, bool):
        value = "true" if value else "false"
    elif value is None:
        return ""
    else:
        value = escape(str(value))
    return f"<{name}>{value}</{name}>"


def document(name, value):
    return (HEAD + element(name, value)).encode("utf-8", "replace")


def error(code, message, request_id, host, more=None):
    return document("Error", {"Code": code, "Message": message, "RequestId": request_id, "HostId": host, **(more or {})})


def parse(body, name):
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError:
        raise Refused(400, "MalformedXML", "The XML you provided was not well-formed.") from None
    if root.tag.rpartition("}")[2] != name:
        raise Refused(400, "MalformedXML", f"The XML you provided is no {name}.")
    return root


def texts(root, path):
    return [node.text or "" for node in root.iterfind(path)]


def coder(query):
    """How keys are written in an answer: encoding-type=url or plain."""
    kind = query.get("encoding-type")
    if kind not in (None, "url"):
        raise Refused(400, "InvalidArgument", "The specified encoding-type is not supported.")
    return (lambda text: quote(text, safe="")) if kind else (lambda text: text)


def count(query, name, most, fallback):
    text = query.get(name)
    if text is None or text == "":
        return fallback
    if not text.isdigit() or not 0 < int(text) <= most:
        raise Refused(400, "InvalidArgument", f"Argument {name} must be an integer between 1 and {most}.")
    return int(text)
