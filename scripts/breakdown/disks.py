"""Disks that can be hurt: one whose power fails, and one that is soon full."""
import fcntl, os, shutil, struct, subprocess, time

EXT4_IOC_SHUTDOWN, NO_LOG_FLUSH = 0x8004587D, 2
DISK_MEGABYTES = 96
DEVICE_TRIES = 8


def sh(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode: raise OSError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout.strip()


def need(*tools):
    if os.geteuid() != 0: raise OSError("only root may do it")
    missing = [tool for tool in tools if not shutil.which(tool)]
    if missing: raise OSError(f"{', '.join(missing)} is missing")


class LosesPower:
    """An ext4 file system in a loop-mounted file, which can lose its power: what was not synced is gone."""

    def __init__(self, image, place):
        need("losetup", "mkfs.ext4", "mount")
        self.place = place
        os.makedirs(place)
        with open(image, "wb") as file: file.truncate(DISK_MEGABYTES << 20)
        sh("mkfs.ext4", "-q", "-F", image)
        # One device for all cuts: a mount that finds its own meets the former one's, which the kernel lets go of a moment later.
        self.device = self.free_device(image)
        try: self.mount()
        except OSError:
            self.close()
            raise

    def free_device(self, image):
        """The kernel may name a device that another mount takes first, or that this machine has no file for yet."""
        for tries in range(DEVICE_TRIES):
            try: return sh("losetup", "--find", "--show", image)
            except OSError:
                if tries == DEVICE_TRIES - 1: raise
                time.sleep(1)

    def mount(self): sh("mount", self.device, self.place)

    def cut(self):
        descriptor = os.open(self.place, os.O_RDONLY)
        fcntl.ioctl(descriptor, EXT4_IOC_SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        os.close(descriptor)

    def come_back(self):
        """The power is back: mounting replays the file system's journal."""
        sh("umount", self.place)
        self.mount()

    def close(self):
        if os.path.ismount(self.place): subprocess.run(["umount", "-l", self.place])
        subprocess.run(["losetup", "--detach", self.device])


class Small:
    """A file system of a few megabytes in memory, to be filled up."""

    def __init__(self, place, megabytes):
        need("mount")
        self.place = place
        os.makedirs(place)
        sh("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", place)

    @property
    def filling(self): return os.path.join(self.place, "filling")

    def fill(self, leave=0):
        """Takes what is free, but for `leave` bytes."""
        free = os.statvfs(self.place)
        rest = max(0, free.f_bavail * free.f_frsize - leave)
        with open(self.filling, "ab", buffering=0) as file:
            try:
                while rest > 0: rest -= file.write(b"\7" * min(rest, 65536))
            except OSError: pass

    def make_room(self):
        if os.path.exists(self.filling): os.remove(self.filling)

    def close(self): subprocess.run(["umount", "-l", self.place])
