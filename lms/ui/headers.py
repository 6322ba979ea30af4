"""What every answer tells the browser: load nothing from elsewhere, run nothing inline, keep nothing private."""

from __future__ import annotations

from flask import Flask, Response, request, session

from lms.config import Settings

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "media-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'self'",
        "frame-ancestors 'none'",
    )
)
_ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
}
_A_YEAR = 31536000


def shows_frames(response: Response) -> Response:
    """A page of ours that shows another page of ours in a frame."""
    response.headers["Content-Security-Policy"] = f"{POLICY}; frame-src 'self'"
    return response


def may_be_framed(response: Response) -> Response:
    """The page in that frame."""
    response.headers["Content-Security-Policy"] = POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def install(app: Flask) -> None:
    """Set the headers on every answer, refusals and errors among them."""
    settings: Settings = app.config["CARES"]
    always = _ALWAYS | ({"Strict-Transport-Security": f"max-age={_A_YEAR}"} if settings.is_https else {})

    @app.after_request
    def _set_headers(response: Response) -> Response:
        for name, value in always.items():
            response.headers.setdefault(name, value)
        if request.endpoint == "ui.static":
            session.accessed = False  # else `Vary: Cookie` makes browsers fetch the file anew after every sign-in
        elif response.headers.get("Cache-Control", "no-cache") == "no-cache":  # what Flask says of a file by itself
            # A shared computer must show nothing of the one who sat there before.
            response.headers["Cache-Control"] = "no-store"
        return response
