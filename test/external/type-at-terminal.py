"""Runs a command at a terminal of its own and types at it.

Standard input is JSON: {"command": [...], "directory": "...", "environment": {...}, "steps": [{"wait": regex, "type": text}]}.
Each step types once `wait` is found in what the command showed since the last one. Prints {"shown": text, "code": exit code}
as JSON; fails, with what was shown, when 60 seconds pass without what is waited for.
"""

import fcntl
import json
import os
import pty
import re
import select
import struct
import sys
import termios
import time

given = json.load(sys.stdin)
child, terminal = pty.fork()
if child == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    os.chdir(given["directory"])
    os.execvpe(given["command"][0], given["command"], {**os.environ, **given["environment"]})

shown = b""
end = time.monotonic() + 60


def more() -> bool:
    """Reads what is shown next; False at the end. Answers what programs ask a terminal for: where the cursor stands."""
    global shown
    ready, _, _ = select.select([terminal], [], [], max(0.0, end - time.monotonic()))
    if not ready:
        os.kill(child, 9)
        sys.exit(f"nothing more came in 60 seconds; shown so far:\n{shown.decode(errors='replace')}")
    try:
        part = os.read(terminal, 65536)
    except OSError:
        return False
    if b"\x1b[6n" in part:
        os.write(terminal, b"\x1b[1;1R")
    shown += part
    return part != b""


seen = 0
for step in given["steps"]:
    pattern = re.compile(step["wait"].encode())
    while (found := pattern.search(shown, seen)) is None:
        if not more():
            sys.exit(f"ended without {step['wait']}; shown:\n{shown.decode(errors='replace')}")
    seen = found.end()
    os.write(terminal, step["type"].encode())
while more():
    pass
_, status = os.waitpid(child, 0)
print(json.dumps({"shown": shown.decode(errors="replace"), "code": os.waitstatus_to_exitcode(status)}))
