"""front-client.py PORT [FILE...]: a client that says exactly what it is told.

Without files: what standard input has is sent, and whatever comes is printed until the connection ends; "[reset]" is said when
it breaks off. A line of "@wait TEXT" of its own waits until TEXT has come, "@pause" for a tenth of a second, "@end" ends what it sends,
"@touch FILE" makes a file. With files: each is sent on a connection of its own; printed is the first line of what comes."""
import socket
import sys
import time


def connect():
    return socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=120)


def first_lines(files):
    for name in files:
        with connect() as peer, open(name, "rb") as file:
            try:
                peer.sendall(file.read())
            except ConnectionError:
                pass
            got = b""
            while b"\n" not in got and (data := peer.recv(65536)):
                got += data
            print(got.split(b"\r\n")[0].decode())


class Talk:
    def __init__(self):
        self.peer, self.seen, self.open = connect(), b"", True
        self.broke = False  # the system tells it once: who sends may be told, and who reads then only that it ended

    def receive(self):
        try:
            data = self.peer.recv(65536)
        except ConnectionError:
            data, self.broke = b"", True
        if not data and self.broke:
            sys.stdout.buffer.write(b"[reset]")
        self.open = bool(data)
        self.seen += data
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()

    def wait(self, text):
        while self.open and text not in self.seen:
            self.receive()
        self.seen = self.seen.partition(text)[2]

    def send(self, data):
        try:
            if data:
                self.peer.sendall(data)
        except ConnectionResetError:
            self.broke = True
        except ConnectionError:
            pass

    def say(self, data):
        held = b""
        for line in data.splitlines(keepends=True):
            word, _, rest = line.rstrip(b"\n").partition(b" ")
            if word not in (b"@wait", b"@pause", b"@end", b"@touch"):
                held += line
                continue
            self.send(held)
            held = b""
            if word == b"@wait":
                self.wait(rest)
            elif word == b"@touch":
                open(rest, "w").close()
            elif word == b"@pause":
                time.sleep(0.1)
            else:
                self.peer.shutdown(socket.SHUT_WR)
        self.send(held)
        while self.open:
            self.receive()


if len(sys.argv) > 2:
    first_lines(sys.argv[2:])
else:
    Talk().say(sys.stdin.buffer.read())
