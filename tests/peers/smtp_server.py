"""An SMTP server that keeps every mail: smtp_server.py PORT FOLDER."""

import pathlib
import sys
import threading

from aiosmtpd.controller import Controller


class Keep:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.count = 0

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        header = f"X-Envelope: {envelope.mail_from} -> {', '.join(envelope.rcpt_tos)}\n"
        (self.folder / f"{self.count:04}.eml").write_bytes(header.encode() + envelope.content)
        return "250 kept"


port, folder = int(sys.argv[1]), sys.argv[2]
Controller(Keep(folder), hostname="127.0.0.1", port=port).start()
print("ready", flush=True)
threading.Event().wait()
