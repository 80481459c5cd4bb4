"""Servers in front of Django, with the configuration that the documentation prints."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from .harness import COMMANDS, HOST, ROOT, Server, missing, serve

DOCS = ROOT / "docs" / "how-to" / "delivery.md"
SETTINGS = "tests.servers.app.delivery_settings"

NGINX = """
daemon off;
master_process off;
pid {directory}/nginx.pid;
error_log stderr warn;
events {{ }}
http {{
  access_log off;
  default_type application/octet-stream;
  client_body_temp_path {directory}/body; proxy_temp_path {directory}/proxy; fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi; scgi_temp_path {directory}/scgi;
  {outside}
  server {{
    listen 127.0.0.1:PORT;
    {blocks}
  }}
}}
"""
APACHE = """
ServerRoot {directory}
ServerName localhost
Listen 127.0.0.1:PORT
PidFile {directory}/apache.pid
DefaultRuntimeDir {directory}
ErrorLog /dev/stderr
User {user}
Group {group}
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule headers_module {modules}/mod_headers.so
LoadModule proxy_module {modules}/mod_proxy.so
LoadModule proxy_http_module {modules}/mod_proxy_http.so
LoadModule xsendfile_module {modules}/mod_xsendfile.so
DocumentRoot {directory}
<Directory />
  Require all granted
</Directory>
{blocks}
"""
LIGHTTPD = """
server.document-root = "{directory}"
server.bind = "127.0.0.1"
server.port = PORT
{blocks}
"""
APACHE_MODULES = Path("/usr/lib/apache2/modules")


def blocks(language: str) -> list[str]:
    """Return the blocks of configuration for a server that the documentation prints."""
    return re.findall(rf"^```{language}\n(.*?)^```$", DOCS.read_text(), re.MULTILINE | re.DOTALL)


@contextmanager
def front(name: str, files: Path, objects: str = "") -> Iterator[Server]:
    """
    Run Django behind nginx, Apache or lighttpd, which send what is in the directory.

    "nginx-remote" sends what the storage at the URL `objects` has. "cdn" is nginx as a cache, and Django sends.
    """
    environ = {"FILES": str(files), "DELIVERY": name, "OBJECTS": objects}
    program = {"apache": "apache2", "nginx-remote": "nginx", "cdn": "nginx"}.get(name, name)
    if shutil.which(program, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin") is None:
        missing(program)
    if name == "apache" and not (APACHE_MODULES / "mod_xsendfile.so").exists():
        missing("libapache2-mod-xsendfile")
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        directory.chmod(0o755)
        if name == "lighttpd":
            words = [*COMMANDS["uwsgi"], "--socket", f"{HOST}:0"]
            django = stack.enter_context(serve("uwsgi", settings=SETTINGS, environ=environ, words=words))
            match = re.search(
                rf"uwsgi socket \d+ bound to TCP address {HOST}:(\d+) \(port auto-assigned\)", django.output()
            )
            assert match, django.output()
            port = int(match[1])
        else:
            django = stack.enter_context(serve("gunicorn-gthread", settings=SETTINGS, environ=environ))
            port = django.port
        configuration = directory / "configuration"
        configuration.write_text(configure(name, directory, files, port, objects))
        options = {"nginx": "-c", "apache2": "-X -f", "lighttpd": "-D -f"}[program]
        script = (
            f"sed -i s/PORT/{{port}}/ {configuration} && PATH=$PATH:/usr/sbin exec {program} {options} {configuration}"
        )
        yield stack.enter_context(serve(name, words=["!sh", "-c", script]))


def configure(name: str, directory: Path, files: Path, port: int, objects: str) -> str:
    """Return the configuration: the blocks of the documentation, with the test's directory and port."""

    def adapt(block: str) -> str:
        block = block.replace("/srv/media", str(files)).replace("127.0.0.1:8000", f"{HOST}:{port}")
        block = block.replace("/var/cache/nginx", str(directory))
        block = block.replace(r"https://BUCKET\.s3\.REGION\.amazonaws\.com/", objects.replace(".", r"\.") + "/")
        block = block.replace("BUCKET.s3.REGION.amazonaws.com", objects.removeprefix("http://"))
        return block.replace('"port" => 8000', f'"port" => {port}')

    if "nginx" in name or name == "cdn":
        local, outside, remote, cache, cached = map(adapt, blocks("nginx"))
        if name == "cdn":
            return NGINX.format(directory=directory, outside=cache, blocks=cached)
        if not objects:
            return NGINX.format(directory=directory, outside="", blocks=local)
        return NGINX.format(directory=directory, outside=outside, blocks=local + remote)
    if name == "apache":
        is_root = os.geteuid() == 0
        user, group = ("www-data", "www-data") if is_root else (f"#{os.geteuid()}", f"#{os.getegid()}")
        return APACHE.format(
            directory=directory,
            modules=APACHE_MODULES,
            user=user,
            group=group,
            blocks="".join(map(adapt, blocks("apache"))),
        )
    return LIGHTTPD.format(directory=directory, blocks="".join(map(adapt, blocks("lighttpd"))))
