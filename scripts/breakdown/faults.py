"""Builds the disk that fails and the clock that is wrong, and says how to give them to a process."""
import os, shutil, struct, subprocess

from shop import HERE, Broken


def build(name, host):
    """The library of one C file here; `OSError` where nothing compiles it."""
    compiler = next((tool for tool in ("cc", "clang", "gcc") if shutil.which(tool)), None)
    if not compiler: raise OSError("no C compiler (cc, clang or gcc) is installed")
    library = os.path.join(host, f"{name}.so")
    built = subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, os.path.join(HERE, f"{name}.c"), "-ldl"],
                           capture_output=True, text=True)
    if built.returncode: raise Broken(f"{name}.c: {built.stderr}")
    return library


class FaultyDisk:
    def __init__(self, host):
        self.library, self.ledger = build("faulty_disk", host), os.path.join(host, "faulty_disk.count")

    def environment(self, what, calls, first, count, path):
        return {"LD_PRELOAD": self.library, "FAULTY_DISK": f"{what} {calls} {first} {count}", "FAULTY_DISK_PATH": path,
                "FAULTY_DISK_COUNT": self.ledger}

    def forget(self):
        if os.path.exists(self.ledger): os.remove(self.ledger)

    def steps(self):
        try: return int(open(self.ledger).read().split()[0])
        except (OSError, IndexError): return 0


class WrongClock:
    """A wall clock that can be set under a running program."""

    def __init__(self, host, name):
        self.library, self.file = build("wrong_clock", host), os.path.join(host, f"{name}.clock")
        self.set(0)

    def environment(self, zone="UTC"): return {"LD_PRELOAD": self.library, "WRONG_CLOCK": self.file, "TZ": zone}

    def set(self, seconds):
        """So far ahead. In place: it is read all the time."""
        with open(self.file, "r+b" if os.path.exists(self.file) else "wb") as file: file.write(struct.pack("q", int(seconds)))
