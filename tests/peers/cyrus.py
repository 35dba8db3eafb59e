"""A Cyrus of its own: cyrus.py FOLDER HTTP-PORT IMAP-PORT.

Needs Debian's cyrus-caldav, cyrus-imapd and sasl2-bin, and root: its services
become the user cyrus. Ends, and ends them, when its standard input does.
"""

import imaplib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

MASTER = "/usr/lib/cyrus/bin/master"
START_S = 60

folder = pathlib.Path(sys.argv[1])
http, imap = int(sys.argv[2]), int(sys.argv[3])

settings = f"""configdirectory: {folder}/lib
defaultpartition: default
partition-default: {folder}/spool
servername: localhost
defaultdomain: localhost
admins: cyrus
allowplaintext: yes
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: {folder}/sasldb2
sasl_mech_list: PLAIN
httpmodules: caldav
idlesocket: {folder}/run/idle
lmtpsocket: {folder}/run/lmtp
notifysocket: {folder}/run/notify
proc_path: {folder}/proc
mboxname_lockpath: {folder}/run/lock
"""
services = f"""START {{
}}
SERVICES {{
  imap cmd="imapd -C {folder}/imapd.conf" listen="127.0.0.1:{imap}" prefork=0 maxchild=20
  http cmd="httpd -C {folder}/imapd.conf" listen="127.0.0.1:{http}" prefork=0 maxchild=50
}}
EVENTS {{
}}
"""

for name in ("run", "lib", "spool", "proc"):
    (folder / name).mkdir()
(folder / "imapd.conf").write_text(settings)
(folder / "cyrus.conf").write_text(services)
subprocess.run(
    ["saslpasswd2", "-p", "-c", "-f", folder / "sasldb2", "-u", "localhost", "cabinet"],
    input=b"secret\n",
    check=True,
)
for path in [folder, *folder.rglob("*")]:
    shutil.chown(path, "cyrus", "mail")
os.chmod(folder, 0o755)

master = subprocess.Popen(
    [MASTER, "-C", folder / "imapd.conf", "-M", folder / "cyrus.conf", "-p", folder / "run/master.pid", "-D"],
    stdin=subprocess.DEVNULL,
    stdout=subprocess.DEVNULL,
    stderr=subprocess.DEVNULL,
)
try:
    until = time.monotonic() + START_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", imap), timeout=1).close()
            break
        except OSError:
            if time.monotonic() > until or master.poll() is not None:
                sys.exit("Cyrus does not start")
            time.sleep(0.05)
    mailbox = imaplib.IMAP4("127.0.0.1", imap)
    mailbox.login("cabinet", "secret")
    mailbox.create("INBOX")
    mailbox.logout()
    print("ready", flush=True)
    sys.stdin.read()
finally:
    master.send_signal(signal.SIGTERM)
    master.wait()
