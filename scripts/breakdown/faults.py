"""Builds the disk that fails, and says how to give it to a process."""
import os, shutil, subprocess

from shop import HERE, Broken


class FaultyDisk:
    def __init__(self, host):
        compiler = next((tool for tool in ("cc", "clang", "gcc") if shutil.which(tool)), None)
        if not compiler: raise OSError("no C compiler (cc, clang or gcc) is installed")
        self.library, self.ledger = os.path.join(host, "faulty_disk.so"), os.path.join(host, "faulty_disk.count")
        built = subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", self.library, os.path.join(HERE, "faulty_disk.c"), "-ldl"],
                               capture_output=True, text=True)
        if built.returncode: raise Broken(f"faulty_disk.c: {built.stderr}")

    def environment(self, what, calls, first, count, path):
        return {"LD_PRELOAD": self.library, "FAULTY_DISK": f"{what} {calls} {first} {count}", "FAULTY_DISK_PATH": path,
                "FAULTY_DISK_COUNT": self.ledger}

    def forget(self):
        if os.path.exists(self.ledger): os.remove(self.ledger)

    def steps(self):
        try: return int(open(self.ledger).read().split()[0])
        except (OSError, IndexError): return 0
