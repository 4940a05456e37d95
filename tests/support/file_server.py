# A web server with every bad habit, for the tests of downloads. Serves the folder given as the argument; the first part of the path says
# how. Prints its port and ends when its standard input does.
import http.server, os, re, sys, threading, time

folder = sys.argv[1]
asked = {}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        with open(os.path.join(folder, "log"), "a") as log:
            log.write("%s %s\n" % (self.path, self.headers.get("Range", "-")))

    def answer(self, status, body=b"", kind="application/octet-stream", length=True, **headers):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if length:
            self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def serve(self, name, ranges=True, shift=0):
        with open(os.path.join(folder, os.path.basename(name)), "rb") as file:
            body = file.read()
        found = re.match(r"bytes=(\d+)-$", self.headers.get("Range", ""))
        if not (ranges and found):
            return self.answer(200, body)
        start = int(found.group(1))
        if start >= len(body):
            return self.answer(416, Content_Range="bytes */%d" % len(body))
        self.answer(206, body[start:], Content_Range="bytes %d-%d/%d" % (start + shift, len(body) - 1, len(body)))

    def endless(self, piece, pause):
        self.answer(200, piece, length=False, Connection="close")
        while True:
            self.wfile.write(piece)
            time.sleep(pause)

    def do_GET(self):
        _, how, name = self.path.split("/", 2)
        times = asked[self.path] = asked.get(self.path, 0) + 1
        self.log_message()
        try:
            if how in ("plain", "sets"):
                self.serve(name)
            elif how == "norange":
                self.serve(name, ranges=False)
            elif how == "shifted":
                self.serve(name, shift=1)
            elif how == "cut" and times == 1:
                with open(os.path.join(folder, name), "rb") as file:
                    body = file.read()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[: len(body) // 2])
                self.close_connection = True
            elif how == "cut":
                self.serve(name)
            elif how == "busy" and times <= 2:
                self.answer(503)
            elif how == "busy":
                self.serve(name)
            elif how == "moved":
                self.answer(302, Location="/plain/" + name)
            elif how == "loop":
                self.answer(302, Location=self.path)
            elif how == "tofile":
                self.answer(302, Location="file://" + os.path.join(folder, name))
            elif how == "page":
                self.answer(200, b"<html>please log in</html>", "text/html; charset=utf-8")
            elif how == "short":
                self.answer(200, b"too little")
            elif how == "wrong":
                self.answer(200, b"x" * os.path.getsize(os.path.join(folder, name)))
            elif how == "endless":
                self.endless(b"x" * 65536, 0)
            elif how == "slow":
                self.endless(b"x", 0.2)
            elif how == "headers":
                self.send_response(200)
                while True:
                    self.send_header("X-More", "y" * 1000)
                    self.flush_headers()
            else:
                self.answer(404)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # clients that leave in the middle are what is tested


server = Server(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
