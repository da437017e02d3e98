"""The hashes that let a page's own inline scripts run."""

from dashboard.server.headers import script_hashes

# openssl dgst -sha256 -binary | base64 of `alert(1)`
ALERT = "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"


def test_an_inline_script_is_named_by_its_hash() -> None:
    assert script_hashes("<head><script>alert(1)</script></head>") == [ALERT]


def test_attributes_do_not_hide_an_inline_script() -> None:
    assert script_hashes('<script id="a" type="application/javascript">alert(1)</script>') == [ALERT]


def test_a_script_from_a_file_has_no_hash() -> None:
    assert script_hashes('<script src="/a.js"></script><script async src="/b.js"></script>') == []


def test_each_script_is_named_once() -> None:
    assert script_hashes("<script>alert(1)</script>" * 2) == [ALERT]
