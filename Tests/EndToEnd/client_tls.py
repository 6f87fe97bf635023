"""The client over https: it works, and trusts nobody whom it was not told to."""

import os
import socket
import ssl
import subprocess
import threading

from apus import Server, check, make_room, run, wait_for
from client import UNLIMITED, Program


class TLS:
    """Ends TLS before the server, as localhost."""

    def __init__(self, server, folder):
        self.server, self.certificate = server, os.path.join(folder, "certificate.pem")
        key = os.path.join(folder, "key.pem")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
             "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", self.certificate],
            check=True, capture_output=True)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.certificate, key)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        try:
            secure = self.context.wrap_socket(client, server_side=True)
        except OSError:
            return client.close()  # the client does not trust it
        server = self.server.connect(60)
        threading.Thread(target=self.pump, args=(server, secure), daemon=True).start()
        self.pump(secure, server)

    @staticmethod
    def pump(source, target):
        try:
            while more := source.recv(65536):
                target.sendall(more)
            target.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # one side is gone, and the other notices by itself


def test_https(folder):
    with Server(folder, *UNLIMITED) as server:
        alice = server.client("alice")
        make_room(server, "general", alice)
        tls = TLS(server, folder)
        trusting = {"APUS_TOKEN": alice.token, "SSL_CERT_FILE": tls.certificate}
        url = f"https://localhost:{tls.port}"
        with Program("tail", url, "--json", token=alice.token, env=trusting) as seen:
            seen.wait_live()
            wait_for(lambda: seen.statuses[-1].get("transport") == "websocket", lambda: f"WebSocket: {seen}")
            done = run("send", url, "general", "in the dark", env=trusting)
            check(done.returncode == 0, done)
            wait_for(lambda: seen.texts == ["in the dark"], lambda: f"the message: {seen}")
            check(seen.end() == 0, seen)
        check(run("doctor", url, "--json", env=trusting).returncode == 0, "the doctor over https")
        # The certificate is another name's, or nobody's whom the client trusts.
        for address, env in ((f"https://127.0.0.1:{tls.port}", trusting), (url, {"APUS_TOKEN": alice.token})):
            done = run("doctor", address, env=env)
            check(done.returncode == 1 and done.stdout.count("No connection") == 4, f"{address}: {done}")
        done = run("tail", url, env=trusting | {"SSL_CERT_FILE": "/nowhere"})
        check(done.returncode == 1 and "SSL_CERT_FILE" in done.stderr, done)
