"""A server of OpenAI's chat-completions protocol that no one here wrote: LitServe, around a "model" that reads the size of
a PNG picture from its header. It says where it listens once it does, and ends when its standard input is closed.
"""

import base64
import json
import os
import signal
import socket
import struct
import threading
import time

import litserve


def size(url):
    """The size of a PNG picture in a data URL."""
    head = base64.b64decode(url.split(",", 1)[1][:64])
    if not head.startswith(b"\x89PNG\r\n\x1a\n"):
        raise ValueError("no PNG picture")
    return struct.unpack(">II", head[16:24])


def parts(messages):
    for message in messages:
        if isinstance(message.content, str):
            yield "text", message.content
        else:
            for part in message.content:
                yield part.type, part.text if part.type == "text" else part.image_url.url


class PictureSizes(litserve.LitAPI):
    """Answers with the question and the size of each picture, word by word; as JSON where a schema is given."""

    def setup(self, device):
        pass

    def predict(self, request):
        content = list(parts(request.messages))
        words = " ".join(text for kind, text in content if kind == "text")
        sizes = [size(url) for kind, url in content if kind == "image_url"]
        if request.response_format is None:
            answer = " ".join([words, *(f"{width}x{height}" for width, height in sizes)])
        else:
            answer = json.dumps({"width": sizes[0][0], "height": sizes[0][1]})
        taken = len(words.split()) + len(sizes)
        for word in answer.split(" "):
            yield {"content": word + " ", "prompt_tokens": taken, "completion_tokens": 1, "total_tokens": taken + 1}
            taken = 0


def end():
    # All of its processes: the first one leaves the others behind.
    os.killpg(0, signal.SIGKILL)


def end_with_standard_input():
    # Not by sys.stdin: whoever reads that while processes are forked holds its lock in all of them.
    while os.read(0, 1024):
        pass
    end()


def say_when_it_listens(port):
    for _ in range(1200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            os.write(1, f"http://127.0.0.1:{port}/v1\n".encode())
            return
    end()


def free_port():
    # The server takes a number and cannot be told to take any free one; nobody else here is likely to be as fast.
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


if __name__ == "__main__":
    os.setpgrp()
    threading.Thread(target=end_with_standard_input, daemon=True).start()
    server = litserve.LitServer(PictureSizes(spec=litserve.OpenAISpec()), accelerator="cpu", fast_queue=False)
    port = free_port()
    threading.Thread(target=say_when_it_listens, args=[port], daemon=True).start()
    server.run(host="127.0.0.1", port=port, num_api_servers=1, generate_client_file=False, log_level="warning")
