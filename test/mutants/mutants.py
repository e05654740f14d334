# SPDX-License-Identifier: MIT
"""Plants faults into the library, one at a time, and sees whether the tests find them.

Called by `make mutants`; README.md, beside this file, says how it works.
"""

import argparse
import collections
import glob
import json
import os
import random
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time

import faults

HERE = os.path.dirname(os.path.abspath(__file__))
LIBRARY = "libweft-mutant.so"
KILOBYTES = 6 << 20  # of memory for a test
TRIED_FIRST = {".c": 6, ".h": 15}  # so many tests, before the code at -O2 is looked at
IDLE_SECONDS = 5  # a test that sleeps so long, all its processes together, hangs


def say(text):
    print(text, file=sys.stderr, flush=True)


def die(text):
    say("mutants: " + text)
    sys.exit(2)


# ---- The build, and the commands it consists of ----

Compile = collections.namedtuple("Compile", "command folder sources")
Program = collections.namedtuple("Program", "name command folder objects")


class Build:
    """What has to be run for each object, archive and program. Objects, archives, programs and sources are
    named relative to the build folder; a command stands with the folder in which make ran it."""

    def __init__(self, folder, commands, programs):
        self.compile, self.archives, self.programs = {}, {}, {}
        for where, tool, arguments in commands:
            where = os.path.relpath(where, folder)

            def named(word):
                return os.path.normpath(os.path.join(where, word))
            objects = [named(a) for a in arguments if a.endswith(".o")]
            if tool == "ar":
                archives = [named(a) for a in arguments if a.endswith(".a")]
                if archives and objects:
                    self.archives.setdefault(archives[0], objects)
                continue
            output = named(arguments[arguments.index("-o") + 1]) if "-o" in arguments else None
            if "-c" in arguments and output and output.endswith(".o"):
                self.compile[output] = Compile(without_dependencies(arguments), where,
                                               read_dependencies(folder, where, arguments))
            elif output in programs:
                self.programs[output] = Program(output, arguments, where, objects)
        self.library = self.archives.get(".libs/libweft.a", [])
        missing = set(programs) - set(self.programs)
        if missing or not self.library:
            die("the build did not make " + " ".join(sorted(missing) or ["the library"]))

    def objects_of(self, program):
        """Returns the objects that the program is linked from, those of the library left out."""
        objects = list(program.objects)
        for word in program.command:
            name = os.path.normpath(os.path.join(program.folder, word))
            if name != ".libs/libweft.a":
                objects += self.archives.get(name, [])
        return objects

    def affected(self, objects, source):
        """Returns which of the objects are made from the file."""
        return [o for o in objects if source in self.compile[o].sources]


def without_dependencies(command):
    kept, i = [], 0
    while i < len(command):
        if command[i] in ("-MT", "-MF"):
            i += 1
        elif command[i] not in ("-MD", "-MP"):
            kept.append(command[i])
        i += 1
    return kept


def read_dependencies(folder, where, command):
    """Returns the files that the object is made from, relative to the build folder."""
    path = os.path.join(folder, where, command[command.index("-MF") + 1])
    for ending in (".Po", ".Plo"):
        renamed = path[:-len(".Tpo")] + ending
        if os.path.exists(renamed):
            with open(renamed) as file:
                rule = file.read().replace("\\\n", " ").split("\n")[0]
            return {os.path.normpath(os.path.join(where, f)) for f in rule.partition(": ")[2].split()}
    die("there is no file of dependencies for " + path)


def copy_sources(source, to):
    def ignored(folder, names):
        return [n for n in names if n in (".git", "autom4te.cache", "config.status", "config.log", "Makefile",
                                          ".deps", ".libs", "node_modules", "libtool")
                or n.startswith("build") and n != "build-aux"
                or n.endswith((".o", ".lo", ".la", ".a"))]
    shutil.copytree(source, to, ignore=ignored, symlinks=True)


def make_base(options):
    """Configures and builds a copy of the sources, and returns the Build."""
    base = os.path.join(options.work, "base")
    programs = [t.program for t in all_tests(options)]
    if options.resume and os.path.exists(base + "/done"):
        return Build(base + "/build", recorded_commands(options, base), programs)
    shutil.rmtree(options.work, ignore_errors=True)
    os.makedirs(base + "/build")
    os.makedirs(base + "/commands")
    copy_sources(options.srcdir, base + "/src")
    for tool in ("cc", "ar"):
        shutil.copy(os.path.join(HERE, "record.sh"), base + "/" + tool)
        os.chmod(base + "/" + tool, 0o755)
    environment = dict(os.environ, MUTANTS_CC=options.cc, MAKEFLAGS="", MAKELEVEL="", VPATH="")
    log = open(base + "/log", "w")

    def run(command, **more):
        if subprocess.run(command, cwd=base + "/build", stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                          env=dict(environment, **more)).returncode:
            die("%s fails, see %s/log" % (" ".join(command[:2]), base))
    say("mutants: building in %s" % base)
    run(["../src/configure", "-q", "--disable-shared", "CC=" + base + "/cc",
         "AR=" + base + "/ar", "CFLAGS=-w -fPIC " + options.cflags])
    recorded = {"MUTANTS_RECORD": base + "/commands/"}
    run(["make", "-s", "-j2", "libweft.la", "libweft_no_atomics.la"], **recorded)
    run(["make", "-s", "-j2", "-C", "test"] + [os.path.relpath(p, "test") for p in programs], **recorded)
    open(base + "/done", "w").close()
    return Build(base + "/build", recorded_commands(options, base), programs)


def recorded_commands(options, base):
    """Returns the folder, tool and words of each command."""
    commands = []
    for path in glob.glob(base + "/commands/*.args") + glob.glob(base + "/commands/.*.args"):
        with open(path) as file:
            folder, tool, *arguments = file.read().split("\n")[:-2]
            commands.append((folder, tool, arguments if tool == "ar" else [options.cc] + arguments))
    return commands


# ---- A worker's folder ----

class Invalid(Exception):
    """The compiler refuses the fault."""


class Worker:
    """Plants a fault in its own copy of the sources: src/, the objects without a fault: build/, and
    what the fault changes: fault/, where the tests run."""

    def __init__(self, options, build, number):
        self.options, self.build = options, build
        self.folder = os.path.join(options.work, "worker-%d" % number)
        base = os.path.join(options.work, "base")
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(base + "/src", self.folder + "/src", symlinks=True)
        shutil.copytree(base + "/build", self.folder + "/build", symlinks=True)
        self.made = {}
        self.link_library(self.folder + "/build")
        for program in build.programs.values():
            self.link(program, self.folder + "/build")
        self.clean()

    def clean(self):
        shutil.rmtree(self.folder + "/fault", ignore_errors=True)
        os.makedirs(self.folder + "/fault")
        self.made = {}

    def run(self, command, where):
        done = subprocess.run(command, cwd=where, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              stdin=subprocess.DEVNULL)
        if done.returncode:
            raise Invalid(done.stderr.decode(errors="replace"))

    def compile(self, object_, flags=(), to="fault"):
        """Compiles with the fault. Returns true if the object is another one than without."""
        path = os.path.join(self.folder, to, object_)
        self.compile_to(path, object_, flags, self.folder + "/build")
        return path

    def compile_to(self, path, object_, flags, build):
        command, folder, _ = self.build.compile[object_]
        at = command.index("-o") + 1
        os.makedirs(os.path.dirname(path), exist_ok=True)
        self.run(command[:at] + [path] + command[at + 1:] + list(flags), os.path.join(build, folder))

    def make(self, object_):
        if object_ not in self.made:
            path = self.compile(object_)
            self.made[object_] = not same(path, os.path.join(self.folder, "build", object_))
            if not self.made[object_]:
                os.remove(path)
        return self.made[object_]

    def current(self, object_):
        path = os.path.join(self.folder, "fault", object_)
        return path if os.path.exists(path) else os.path.join(self.folder, "build", object_)

    def link_library(self, to):
        self.run([self.options.cc, "-shared", "-o", os.path.join(to, LIBRARY), "-Wl,-soname," + LIBRARY] +
                 [self.current(o) for o in self.build.library], to)

    def archive(self, name):
        """Returns where the archive is, made of the objects that the fault changes if there are some."""
        objects = self.build.archives[name]
        if not any(self.made.get(o) for o in objects):
            return os.path.join(self.folder, "build", name)
        path = os.path.join(self.folder, "fault", name)
        if not os.path.exists(path):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            self.run(["ar", "rcs", path] + [self.current(o) for o in objects], self.folder)
        return path

    def link(self, program, to):
        command = []
        for word in program.command:
            name = os.path.normpath(os.path.join(program.folder, word))
            if name == program.name:
                word = os.path.join(to, name)
            elif word.endswith(".o"):
                word = self.current(name)
            elif name == ".libs/libweft.a":
                word = os.path.join(self.folder, "build", LIBRARY)
            elif name in self.build.archives:
                word = self.archive(name)
            command.append(word)
        self.run(command, to)

    def prepare(self, program):
        """Builds the program as far as the fault changes it. Returns true if it does."""
        changed = [self.make(o) for o in self.build.affected(self.build.objects_of(program), self.source)]
        path = os.path.join(self.folder, "fault", program.name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if any(changed):
            self.link(program, self.folder + "/fault")
        elif not os.path.lexists(path):
            os.symlink(os.path.join(self.folder, "build", program.name), path)
        return any(changed)

    def plant(self, fault):
        self.clean()
        self.source = os.path.normpath(os.path.join("../src", fault.path))
        self.path = os.path.join(self.folder, "src", fault.path)
        shutil.copyfile(self.path, self.folder + "/original")
        with open(self.path, "w") as file:
            file.write(fault.text)
        shutil.copystat(self.folder + "/original", self.path)

    def take_back(self):
        shutil.copyfile(self.folder + "/original", self.path)

    def try_fault(self, fault, tests):
        """Returns (outcome, test): caught by the test, survived, invalid or equivalent."""
        self.plant(fault)
        try:
            changed = [self.make(o) for o in self.build.affected(self.build.library, self.source)]
            if any(changed):
                self.link_library(self.folder + "/fault")
            for number, test in enumerate(in_order(tests, fault)):
                if number == TRIED_FIRST[fault.path[-2:]]:
                    for other in tests:
                        self.prepare(self.build.programs[other.program])
                    if not self.changes_code():
                        return "equivalent", None
                if not self.prepare(self.build.programs[test.program]) and not any(changed):
                    continue
                if not self.passes(test):
                    test.catches[fault.path] += 1
                    return "caught", test.name
            return "survived", None
        except Invalid as error:
            return "invalid", str(error)
        finally:
            self.take_back()

    def changes_code(self):
        """Returns false if the compiler makes the same code of it when it optimises."""
        for object_ in [o for o, changed in self.made.items() if changed]:
            path = self.compile(object_, ["-O2"], "fault/optimised")
            clean = os.path.join(self.options.work, "base/optimised", object_)
            if not os.path.exists(clean):
                own = "%s.%s" % (clean, os.path.basename(self.folder))
                self.compile_to(own, object_, ["-O2"], os.path.join(self.options.work, "base/build"))
                os.rename(own, clean)
            if not same(path, clean):
                return True
        return False

    def passes(self, test, patient=False):
        """Runs a test in fault/, with limits."""
        seconds = 600 if patient else 10 + 8 * test.seconds
        limits = "ulimit -t %d; ulimit -v %d; exec %s" % (
            600 if patient else 3 + 5 * test.cpu, KILOBYTES, test.command)
        environment = dict(os.environ, srcdir="../src", WEFT_SCALE="100", top_builddir=self.folder + "/fault", CC=self.options.cc, CK_FORK="yes" if test.forks else "no",
                           LD_LIBRARY_PATH="%s/fault:%s/build" % (self.folder, self.folder))
        with subprocess.Popen(["sh", "-c", limits], cwd=self.folder + "/fault", env=environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              start_new_session=True) as process:
            try:
                return wait_for(process, seconds) == 0
            finally:
                end_session(process.pid)


def same(one, other):
    with open(one, "rb") as a, open(other, "rb") as b:
        return a.read() == b.read()


def session(leader):
    """Returns the processes of a session: Check's are in groups of their own."""
    found = []
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and os.getsid(int(name)) == leader:
                found.append(int(name))
        except (ProcessLookupError, PermissionError):
            pass
    return found


def end_session(leader):
    """Ends the processes that a test left behind."""
    for process in session(leader):
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            pass


def is_asleep(leader):
    """Returns what processor time the session has used, or None if one of its processes wants more."""
    used = 0
    for process in session(leader):
        try:
            with open("/proc/%d/stat" % process) as file:
                fields = file.read().rpartition(") ")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        if fields[0] not in "SZ":
            return None
        used += sum(int(field) for field in fields[11:15])
    return used


def wait_for(process, seconds):
    """Returns the status of the process that leads a session; None if it reaches a limit, or hangs."""
    end = time.monotonic() + seconds
    used, since = None, 0
    while time.monotonic() < end:
        try:
            return process.wait(0.5)
        except subprocess.TimeoutExpired:
            before, used = used, is_asleep(process.pid)
        if used is None or used != before:
            since = time.monotonic()
        elif time.monotonic() - since > IDLE_SECONDS:
            break
    return None


# ---- The tests ----

class Test:
    def __init__(self, name, program, command):
        self.name, self.program, self.command = name, program, command
        self.seconds, self.cpu, self.forks = 0.0, 0.0, False
        self.catches = collections.Counter()  # of faults, by file


def all_tests(options):
    return ([Test("test/" + s, "test/" + s, "test/" + s) for s in options.suites] +
            [Test("test/" + s, "test/" + p, "sh ../src/test/" + s) for s, p in options.scripts])


def processor_time():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure(worker, tests):
    """Sees all tests pass without a fault: without forks where that works, since it is faster."""
    for program in worker.build.programs.values():
        worker.source = "nothing"
        worker.prepare(program)
    for test in tests:
        for forks in (False, True):
            test.forks = forks
            before, cpu = time.time(), processor_time()
            passed = worker.passes(test, True)
            test.seconds, test.cpu = time.time() - before, processor_time() - cpu
            if passed:
                break
        if not passed:
            die(test.name + " fails without a fault")


def in_order(tests, fault):
    """The test that is named after the file is the first. Then come those that caught most faults in the
    file so far, then the others; the slow ones are the last."""
    stem = os.path.splitext(os.path.basename(fault.path))[0]
    return sorted(tests, key=lambda t: (stem not in os.path.basename(t.name), -t.catches[fault.path], t.cpu))


# ---- Faults that are known ----

def read_known(path):
    """Returns the reasons by key, of the faults that are equivalent and of those not caught."""
    known = {"equivalent": {}, "not caught": {}}
    if not os.path.exists(path):
        return known
    with open(path) as file:
        blocks = file.read().split("\n\n")
    for block in blocks:
        lines = [line for line in block.split("\n") if line and not line.startswith("#")]
        if not lines:
            continue
        kind, name, place, operator = lines[0].rsplit(" ", 3)
        before = tuple(faults.tidy(line[2:]) for line in lines if line.startswith("- "))
        after = tuple(faults.tidy(line[2:]) for line in lines if line.startswith("+ "))
        reason = " ".join(line.strip() for line in lines[1:] if line[:2] not in ("- ", "+ "))
        if kind not in known or not before or len(before) != len(after) or not reason:
            die("%s: what is this?\n%s" % (path, block))
        known[kind][(os.path.basename(name), place, operator, before, after)] = reason
    return known


def warn_of_outdated(known, drawn):
    """Names the entries of known.txt whose lines are no longer there."""
    keys = {fault.key() for fault in drawn}
    files = {name for name, *_ in keys}
    for reasons in known.values():
        for name, place, operator, before, _ in reasons.keys() - keys:
            if name not in files:
                continue
            say("mutants: known.txt: there is no such fault: %s %s %s\n- %s" % (
                name, place, operator, "\n- ".join(before)))


def block_of(fault):
    lines = ["%s %s %s  (line %d)" % (fault.path, fault.place, fault.operator, fault.line)]
    lines += ["- " + line for line in fault.before] + ["+ " + line for line in fault.after]
    return "\n".join(lines)


# ---- The run ----

class Run:
    def __init__(self, options, drawn, known, tests):
        self.options, self.known, self.tests, self.tried = options, known, tests, {}
        if options.resume:
            self.tried = {key_of(r): (r["outcome"], r["by"], r["seconds"]) for r in read_results(options.resume)}
        self.drawn, self.next, self.open, self.valid = drawn, 0, 0, 0
        self.results = []
        self.condition = threading.Condition()
        self.file = open(options.results, "w")
        self.begin = time.time()

    def take(self):
        """Returns the next fault, None if there are enough. One that the compiler refuses is drawn again,
        so that the faults are those of the seed however many workers there are."""
        with self.condition:
            while self.valid + self.open >= self.options.count and self.open:
                self.condition.wait()
            if self.valid >= self.options.count or self.next >= len(self.drawn):
                return None
            self.open += 1
            self.next += 1
            return self.drawn[self.next - 1]

    def note(self, fault, outcome, test, seconds):
        reason = self.known["equivalent"].get(fault.key())
        if outcome == "survived" and reason:
            outcome = "equivalent"
        elif outcome == "equivalent":
            reason = reason or "the compiler makes the same code of it"
        elif outcome == "survived":
            reason = self.known["not caught"].get(fault.key())
        result = {"file": fault.path, "place": fault.place, "line": fault.line, "operator": fault.operator, "before": fault.before,
                  "after": fault.after, "outcome": outcome, "by": test, "reason": reason,
                  "seconds": round(seconds, 2)}
        with self.condition:
            self.open -= 1
            self.valid += outcome != "invalid"
            self.results.append((fault, outcome, reason))
            self.file.write(json.dumps(result) + "\n")
            self.file.flush()
            if outcome == "survived":
                say("%d: survived: %s\n" % (self.valid, block_of(fault)))
            elif outcome != "invalid" and self.valid % 25 == 0:
                say("%d of %d, %d s" % (self.valid, self.options.count, time.time() - self.begin))
            self.condition.notify_all()

    def work(self, worker):
        try:
            while True:
                fault = self.take()
                if fault is None:
                    return
                if fault.key() in self.tried:
                    self.note(fault, *self.tried[fault.key()])
                    continue
                begin = time.time()
                outcome, test = worker.try_fault(fault, self.tests)
                self.note(fault, outcome, test, time.time() - begin)
        except BaseException:
            import traceback
            traceback.print_exc()
            os._exit(3)

    def report(self):
        count = collections.Counter(outcome for _, outcome, _ in self.results)
        survivors = [(f, r) for f, outcome, r in self.results if outcome == "survived"]
        for fault, reason in sorted(survivors, key=lambda s: (s[0].path, s[0].line)):
            print("survived %s%s\n" % (block_of(fault), "\n  known: " + reason if reason else ""))
        matter = count["caught"] + count["survived"]
        print("%d faults of %d, seed %d: %d caught, %d survived (%d known), %d equivalent, %d refused by the "
              "compiler; %d s" % (self.valid, len(self.drawn), self.options.seed, count["caught"],
                                  count["survived"], sum(1 for _, r in survivors if r), count["equivalent"],
                                  count["invalid"], time.time() - self.begin))
        print("score: %.1f%% of the %d that matter are caught" % (100.0 * count["caught"] / max(matter, 1), matter))
        print("results: " + self.options.results)


def read_results(path):
    with open(path) as file:
        return [json.loads(line) for line in file]


def key_of(result):
    """Returns the key of the fault that a result is about."""
    return (os.path.basename(result["file"]), result["place"], result["operator"],
            tuple(map(faults.tidy, result["before"])), tuple(map(faults.tidy, result["after"])))


def all_faults(options):
    drawn = []
    for name in options.files:
        drawn += faults.faults_in(os.path.join(options.srcdir, name), name, options.srcdir)
    return drawn


def draw(options, drawn, equivalent):
    """Shuffles the faults. Of an earlier run's survivors, those that are known to be equivalent come last."""
    random.Random(options.seed).shuffle(drawn)
    if options.again:
        wanted = {key_of(r) for r in read_results(options.again) if r["outcome"] == "survived"}
        drawn = sorted((f for f in drawn if f.key() in wanted), key=lambda f: f.key() in equivalent)
    return drawn


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--srcdir", required=True)
    parser.add_argument("--work", default="mutants", help="a folder, which is made anew")
    parser.add_argument("--results", default="mutants.jsonl")
    parser.add_argument("--cc", default="cc")
    parser.add_argument("--cflags", default="-O0 -g0")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--suites", type=str.split, required=True, help="programs that are tests, in test/")
    parser.add_argument("--scripts", type=str.split, default="",
                        help="tests that are scripts, each as SCRIPT:PROGRAM that it runs, in test/")
    parser.add_argument("--files", type=str.split, required=True, help="where faults are planted")
    parser.add_argument("--again", help="the results of a run: only the survivors of that one")
    parser.add_argument("--quick", type=float, metavar="SECONDS",
                        help="leave out tests that take more processor time; --again tries the survivors on them")
    parser.add_argument("--resume", help="the results of a run that was interrupted: they hold, and its build")
    parser.add_argument("--list", action="store_true", help="print the faults, and plant none")
    options = parser.parse_args()
    options.srcdir, options.work = os.path.abspath(options.srcdir), os.path.abspath(options.work)
    options.scripts = [s.split(":") for s in options.scripts]
    options.cc = shlex.split(options.cc)[0]
    known = read_known(os.path.join(HERE, "known.txt"))
    drawn = all_faults(options)
    warn_of_outdated(known, drawn)
    drawn = draw(options, drawn, known["equivalent"])
    if options.again:
        options.count = len(drawn)
    if options.list:
        for fault in drawn[:options.count]:
            print(block_of(fault) + "\n")
        return
    build = make_base(options)
    workers = [Worker(options, build, n) for n in range(options.jobs)]
    tests = all_tests(options)
    measure(workers[0], tests)
    if options.quick:
        say("mutants: left out: " + " ".join("%s %.1f s" % (t.name, t.cpu) for t in tests if t.cpu > options.quick))
        tests = [t for t in tests if t.cpu <= options.quick]
    say("mutants: %d faults, %d tests; slowest: %s" % (len(drawn), len(tests), ", ".join(
        "%s %.1f s" % (t.name, t.seconds) for t in sorted(tests, key=lambda t: -t.seconds)[:4])))
    say("mutants: with forks: " + " ".join(t.name for t in tests if t.forks))
    run = Run(options, drawn, known, tests)
    threads = [threading.Thread(target=run.work, args=(w,), daemon=True) for w in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run.report()


if __name__ == "__main__":
    main()
