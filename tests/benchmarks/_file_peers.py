"""What others send a file with: Starlette, aiohttp and WhiteNoise."""

import os
import sys
from typing import Any

FILES = os.environ["FILES"]


def make_starlette() -> Any:  # the package may not be installed
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import FileResponse
    from starlette.routing import Route

    async def send(request: Request) -> FileResponse:
        return FileResponse(os.path.join(FILES, request.path_params["name"]))

    return Starlette(routes=[Route("/{name}", send)])


def make_whitenoise() -> Any:  # the package may not be installed
    from whitenoise import WhiteNoise

    def not_found(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("404 Not Found", [("Content-Length", "0")])
        return []

    return WhiteNoise(not_found, root=FILES)


def __getattr__(name: str) -> Any:  # made where a server asks for it
    if name == "starlette":
        return make_starlette()
    if name == "whitenoise":
        return make_whitenoise()
    raise AttributeError(name)


def main() -> None:
    """Serve with aiohttp on the port that the command line gives."""
    from aiohttp import web

    async def send(request: web.Request) -> web.FileResponse:
        return web.FileResponse(os.path.join(FILES, request.match_info["name"]))

    application = web.Application()
    application.router.add_get("/{name}", send)
    web.run_app(application, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)


if __name__ == "__main__":
    main()
