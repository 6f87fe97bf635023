"""Real proxies as processes, with the configurations of docs/deploy. Few values are filled in: ports, paths, and the log."""

import os
import shutil
import signal
import socket
import subprocess

from apus import ROOT, Skip, wait_for
from proxy_logs import of_caddy, of_haproxy, of_nginx

DEPLOY = os.path.join(ROOT, "docs/deploy")
HAPROXY_LOG = (
    '{"connection":"%cp","method":"%HM","target":"%HU","upgrade":"%[capture.req.hdr(0)]","accept":"%[capture.req.hdr(1)]",'
    '"status":%ST,"opened":%Ts.%ms,"milliseconds":%Tt,"up":%U,"down":%B,"termination":"%ts"}')
NGINX_LOG = (
    '{"connection":$connection,"method":"$request_method","target":"$request_uri","upgrade":"$http_upgrade",'
    '"accept":"$http_accept","body":"$request_body","status":$status,"closed":$msec,"seconds":$request_time,'
    '"up":"$upstream_bytes_sent","down":$bytes_sent}')


def free_ports(count):
    taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [listener.getsockname()[1] for listener in taken]
    for listener in taken:
        listener.close()
    return ports


def filled_in(name, *values):
    """A file of docs/deploy with values in the place of its own."""
    with open(os.path.join(DEPLOY, name), encoding="utf-8") as file:
        text = file.read()
    for old, new in values:
        if old not in text:
            raise AssertionError(f"docs/deploy/{name} has no {old!r} any more; the lab replaces it by {new!r}")
        text = text.replace(old, new)
    return text


def make_certificate(folder):
    key, certificate = os.path.join(folder, "key.pem"), os.path.join(folder, "certificate.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=chat.example.org", "-keyout", key, "-out", certificate], check=True, capture_output=True)
    with open(os.path.join(folder, "both.pem"), "w", encoding="utf-8") as both:
        for path in (certificate, key):
            with open(path, encoding="utf-8") as part:
                both.write(part.read())
    return key, certificate, both.name


class Proxy:
    """Listens in the clear at `port` for the lab's clients, with TLS at `tls_port`, and sends to TLS at `redirect_port`."""

    def __init__(self, target, folder, changes=()):
        if not shutil.which(self.program):
            raise Skip(f"there is no {self.program}; script/setup lab installs it")
        self.target, self.folder = target, folder
        self.host = "127.0.0.1"
        self.port, self.tls_port, self.redirect_port = free_ports(3)
        self.key, self.certificate, self.both = make_certificate(folder)
        self.output = open(os.path.join(folder, "output.log"), "ab")  # closed by stop
        self.write(changes)
        self.start()

    def start(self):
        folder = self.folder
        self.process = subprocess.Popen(
            self.command(), cwd=folder, stdin=subprocess.DEVNULL, stdout=self.output, stderr=subprocess.STDOUT,
            env=os.environ | {"HOME": folder, "XDG_DATA_HOME": folder, "XDG_CONFIG_HOME": folder})
        try:
            wait_for(self.is_ready, lambda: f"{self.program} to listen; it says: {self.said()[-3000:]}")
        except BaseException:
            self.stop()
            raise

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, changes):
        """The configuration, recommended but for these changes of its text."""
        with open(self.path("configuration"), "w", encoding="utf-8") as file:
            file.write(self.configuration(changes))

    def accepts(self):
        if self.process.poll() is not None:
            raise AssertionError(f"{self.program} has ended: {self.said()[-3000:]}")
        try:
            socket.create_connection((self.host, self.port), 1).close()
            return True
        except OSError:
            return False

    def said(self):
        with open(self.output.name, encoding="utf-8", errors="replace") as output:
            return output.read()

    def worker(self):
        """The one process that serves; None while there are others."""
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="utf-8") as children:
            pids = children.read().split()
        return pids[0] if len(pids) == 1 else None

    def is_ready(self):
        return self.accepts() and self.worker()

    def change(self, changes):
        """Reloads with other text; returns when the old worker has gone, and its connections with it."""
        before = self.worker()
        self.write(changes)
        self.process.send_signal(self.reload_signal)
        wait_for(
            lambda: self.worker() not in (None, before), lambda: f"{self.program} to reload; it says: {self.said()[-3000:]}")
        wait_for(self.is_ready, f"{self.program} to listen again")

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def stop(self):
        self.end()
        self.output.close()


class Nginx(Proxy):
    program, reload_signal = "nginx", signal.SIGHUP

    def command(self):
        return ["nginx", "-p", self.folder, "-c", self.path("configuration"), "-e", self.path("error.log")]

    def configuration(self, changes):
        site = filled_in(
            "nginx.conf", ("127.0.0.1:8080", f"{self.target.host}:{self.target.port}"),
            ("listen 80;", f"listen 127.0.0.1:{self.redirect_port};"),
            ("listen 443 ssl http2;", f"listen 127.0.0.1:{self.port}; listen 127.0.0.1:{self.tls_port} ssl http2;"),
            ("/etc/letsencrypt/live/chat.example.org/fullchain.pem", self.certificate),
            ("/etc/letsencrypt/live/chat.example.org/privkey.pem", self.key),
            ("/var/log/nginx/apus.log combined", f"{self.path('access.log')} lab"), *changes)
        temporary = "\n".join(
            f"{kind}_temp_path {self.path(kind)};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "user root;" if os.geteuid() == 0 else ""
        return f"""{user} daemon off; pid {self.path("pid")}; worker_processes 1; worker_shutdown_timeout 1s;
            events {{ worker_connections 4096; }}
            http {{ access_log off; log_format lab escape=json '{NGINX_LOG}'; {temporary}
            {site} }}"""

    def passages(self):
        return of_nginx(self.path("access.log"))


class HAProxy(Proxy):
    program, reload_signal, loads = "haproxy", signal.SIGUSR2, 1

    def command(self):
        return ["haproxy", "-W", "-f", self.path("configuration")]

    def is_ready(self):
        # Until it has said so, the master may still be about to execute itself, and would forget a signal.
        return super().is_ready() and self.said().count("Loading success") >= self.loads

    def change(self, changes):
        self.loads += 1
        super().change(changes)

    def configuration(self, changes):
        captures = (
            "    http-request capture req.hdr(upgrade) len 20\n    http-request capture req.hdr(accept) len 100\n"
            f"    log-format '{HAPROXY_LOG}'\n")
        return filled_in(
            "haproxy.cfg", ("127.0.0.1:8080", f"{self.target.host}:{self.target.port}"),
            ("log /dev/log local0", "log stdout format raw daemon"), ("    user haproxy\n", ""), ("    group haproxy\n", ""),
            ("maxconn 50000", "maxconn 4000"), ("hard-stop-after 30s", "hard-stop-after 1s"),
            ("    bind :80\n", f"    bind 127.0.0.1:{self.redirect_port}\n    bind 127.0.0.1:{self.port}\n{captures}"),
            ("bind :443", f"bind 127.0.0.1:{self.tls_port}"), ("/etc/haproxy/certs/chat.example.org.pem", self.both),
            ("unless { ssl_fc }", f"if {{ dst_port {self.redirect_port} }}"), *changes)

    def passages(self):
        return of_haproxy(self.output.name)


class Caddy(Proxy):
    """Only as it is recommended; it has no broken form, and is one process. It would take another configuration by its
    admin interface only, which is off."""

    program = "caddy"

    def is_ready(self):
        return self.accepts()

    def change(self, changes):
        self.write(changes)
        self.end()
        self.start()

    def command(self):
        return ["caddy", "run", "--config", self.path("configuration"), "--adapter", "caddyfile"]

    def configuration(self, changes):
        text = filled_in("Caddyfile", ("127.0.0.1:8080", f"{self.target.host}:{self.target.port}"), *changes)
        _, name, site = text.partition("chat.example.org {\n")
        if not name:
            raise AssertionError("docs/deploy/Caddyfile has no site chat.example.org any more")
        log = f"\tbind 127.0.0.1\n\tlog {{\n\t\toutput file {self.path('access.log')}\n\t}}\n"
        return (
            f"{{\n\tadmin off\n\tauto_https disable_redirects\n\thttp_port {self.redirect_port}\n"
            f"\thttps_port {self.tls_port}\n}}\n"
            f"http://:{self.port} {{\n{log}{site}\n"
            f"https://:{self.tls_port} {{\n{log}\ttls {self.certificate} {self.key}\n{site}")

    def passages(self):
        return of_caddy(self.path("access.log"))
