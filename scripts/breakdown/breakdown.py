"""What every script here has in common: its options, a folder of its own, chance with a seed, and how it ends.

0: all that must hold holds. 1: something does not. 77: it cannot be made to happen on this machine.
LEDGER=docs/reliability/runs.tsv puts a row into the ledger (scripts/scoreboard).
"""
import argparse, contextlib, os, random, shutil, signal, subprocess, sys, tempfile, time

from shop import REPOSITORY, Broken, Shop

CANNOT_RUN = 77


class CannotRun(Exception):
    """Why this machine cannot make such a breakdown happen."""


class Stage:
    """Where a breakdown is played: what it was asked for, a folder, chance; and it clears away what was put on it. `amount` of `part`
    counts what was done so far, for the ledger: kills, lies, single calls."""

    def __init__(self, options, name, stack):
        self.options, self.chance, self.stack = options, random.Random(options.seed), stack
        self.what, self.part, self.amount, self.note = name, getattr(options, "who", None) or getattr(options, "only", None) or "all kinds", 0, ""
        self.host = tempfile.mkdtemp(prefix=f"tributary-{name}-")
        self.at_end(shutil.rmtree, self.host, ignore_errors=True)

    def at_end(self, deed, *arguments, **named): self.stack.callback(deed, *arguments, **named)

    def folder(self, name):
        path = os.path.join(self.host, name)
        os.makedirs(path, exist_ok=True)
        return path

    def shop(self, disk=None, beside="", **places):
        """A hub and a shop, not set up yet. `beside`: the name of a folder of its own, where there are several."""
        shop = Shop(self.options.programs, self.folder(beside), disk or self.folder(os.path.join(beside, "disk")), **places)
        self.at_end(shop.close)
        return shop


def main(doc, play, check, declare=lambda parser: None):
    """`play(stage)` answers with what does not hold; `check(stage)` throws `CannotRun` or `OSError` where it cannot be played."""
    name = os.path.basename(sys.argv[0])
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    declare(parser)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--programs", default=os.path.join(REPOSITORY, ".build", "debug"))
    parser.add_argument("--check", action="store_true", help="only say whether it can run here")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was mounted and started goes then, too
    with contextlib.ExitStack() as stack:
        stage = Stage(options, name, stack)
        try: check(stage)
        except (CannotRun, OSError) as why:
            print(f"{name} cannot be made to happen here: {why}.")
            return CANNOT_RUN
        if options.check: return 0
        try: found = play(stage)
        except Broken as broken:
            print(f"BROKEN {broken} (seed {options.seed})")
            enter(stage.what, stage.part, options, stage.amount, [[str(broken)]])
            return 1
        # However much it found: only when all is over it is looked at, so it is one failure.
        enter(stage.what, stage.part, options, stage.amount, [found] if found else [], stage.note)
        for line in found: print(f"VIOLATED {line} (seed {options.seed})")
        return 1 if found else 0


def enter(what, part, options, amount, failures, note=""):
    """The run as a row of the ledger, where one is named. `failures`: of each of the `amount` that did not hold, what was found."""
    if not os.environ.get("LEDGER"): return
    outcomes = {kind: sum(any(kind_of(line) == kind for line in found) for found in failures) for kind in ("lost", "doubled", "stuck")}
    cells = {"what": what, "part": part, "command": typed(options), "amount": max(amount, len(failures)), "failed": len(failures), **outcomes,
             "note": failures[0][0] if failures else note}
    subprocess.run([os.path.join(REPOSITORY, "scripts", "scoreboard"), "add", *(f"{name}={value}" for name, value in cells.items())], check=True)


def kind_of(violation):
    """`None`: of none of the ledger's kinds."""
    if violation.startswith("never came by"): return None
    if violation.startswith(("doubled", "forged")): return "doubled"
    return "lost" if violation.startswith(("lost", "acknowledged, and not at the hub", "sent and taken back")) else "stuck"


def is_release(options): return "release" in os.path.realpath(options.programs).split(os.sep)


def typed(options):
    """As it can be typed again: with its seed, and of the programs only whether they were release ones, not where they stand on this machine."""
    names = {"first": "from", "last": "to"}  # `from` is no name in Python
    given = {names.get(name, name): value for name, value in vars(options).items() if name not in ("programs", "check") and value is not None and value is not False}
    if is_release(options): given["programs"] = ".build/release"
    return " ".join(["scripts/breakdown/" + os.path.basename(sys.argv[0]),
                     *(f"--{name.replace('_', '-')}" + ("" if value is True else f" {value}") for name, value in given.items())])
