"""front-backend.py FOLDER: a backend that misbehaves as the path asks for, at FOLDER/socket.

Every byte of connection N goes to FOLDER/received.N, every head that it takes for one to FOLDER/requests. It reads as a
careless server would: a head up to an empty line, a body only by Content-Length, and after an answer the next head."""
import asyncio
import os
import socket
import struct
import sys

folder = sys.argv[1]
count = 0


def answer(body, extra=""):
    return f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n{extra}\r\n{body}".encode()


UNTIL_CLOSE = b"HTTP/1.1 200 OK\r\n\r\n"
PLAIN = {
    "/odd": b"HTTP/1.1 200  Fine\xe9\r\nx-B:1\r\nX-a:  2 \r\nx-B: 3\r\ncontent-LENGTH: 4\r\n\r\n\x00\r\n\xff",
    "/chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n03;x=y\r\nabc\r\n0\r\nX-T: 1\r\n\r\n",
    "/upgrade-h2c": b"HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
    "/upgrade-bare": b"HTTP/1.1 101 Switching\r\n\r\n",
    "/hints": b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + answer("late"),
    "/excess": answer("one") + answer("smuggled"),
    "/both": b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "/garbage": b"hello\r\n\r\n",
    "/refuse-body": b"HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n",
}
ENDING = {
    "/old": b"HTTP/1.0 200 OK\r\n\r\nuntil the end",
    "/early": b"HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig",
    "/die": b"",
    "/die-head": b"HTTP/1.1 200 OK\r\nX: y",
    "/die-body": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
    "/die-chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
}


async def websocket(reader, writer):
    writer.write(b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: WebSocket\r\n\r\nraw:")
    while data := await reader.read(65536):
        writer.write(data.upper())
    writer.write(b":end")


async def big(writer):
    size = 64 << 20
    writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode())
    for _ in range(size >> 16):
        writer.write(b"a" * 65536)
        await writer.drain()


async def act(path, reader, writer, body):
    """False: the connection ends."""
    if path in PLAIN:
        writer.write(PLAIN[path])
    elif path in ENDING:
        writer.write(ENDING[path])
        return False
    elif path == "/websocket":
        await websocket(reader, writer)
        return False
    elif path == "/reset":
        writer.write(UNTIL_CLOSE + b"half")
        await writer.drain()
        await asyncio.sleep(0.2)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        return False
    elif path == "/late":
        while not os.path.exists(folder + "/go"):
            await asyncio.sleep(0.02)
        writer.write(answer("late"))
    elif path == "/never":
        await asyncio.sleep(3600)
    elif path == "/unasked":
        writer.write(answer("asked"))
        await writer.drain()
        while not os.path.exists(folder + "/go"):
            await asyncio.sleep(0.02)
        writer.write(answer("unasked"))
    elif path == "/big":
        await big(writer)
    else:
        writer.write(answer(f"{path} {len(body)}"))
    return True


class Recorded:
    def __init__(self, reader, file):
        self.reader, self.file = reader, file

    async def keep(self, data):
        self.file.write(data)
        self.file.flush()
        return data

    async def head(self):
        return await self.keep(await self.reader.readuntil(b"\r\n\r\n"))

    async def body(self, size):
        return await self.keep(await self.reader.readexactly(size))

    async def read(self, size):
        return await self.keep(await self.reader.read(size))


async def serve(reader, writer):
    global count
    count += 1
    with open(f"{folder}/received.{count}", "wb") as file:
        recorded = Recorded(reader, file)
        try:
            while True:
                head = (await recorded.head()).decode("latin1")
                method, target = head.split(" ")[:2]
                path = target.split("?")[0]
                with open(folder + "/requests", "a") as requests:
                    print(method, target, file=requests)
                lines = [line.lower() for line in head.split("\r\n")]
                sizes = [int(line.split(":")[1]) for line in lines if line.startswith("content-length:")]
                wait = path in ("/early", "/refuse-body")
                body = b"" if wait or not sizes else await recorded.body(sizes[0])
                if not await act(path, recorded, writer, body):
                    break
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
    writer.close()


async def main():
    where = sys.argv[2] if len(sys.argv) > 2 else "unix"
    if where == "tcp":
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    else:
        server = await asyncio.start_unix_server(serve, folder + "/socket")
        address = f"unix:{folder}/socket"
    with open(folder + "/address.new", "w") as file:
        file.write(address)
    os.rename(folder + "/address.new", folder + "/address")
    await server.serve_forever()


asyncio.run(main())
