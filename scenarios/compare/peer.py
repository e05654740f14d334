# SPDX-License-Identifier: MIT
"""The operations with Python's asyncio, for compare. Prints the lines of child.c.

peer.py WORKLOAD N MILLISECONDS SECONDS LIMIT_MB: the tasks of `million` sleep SECONDS each.
"""
import asyncio
import os
import resource
import sys
import time

NO_CALLS = 2**64 - 1
ROUND_NS = 3e5
LEAST_ROUNDS, MOST_ROUNDS = 5, 400


class Round:
    def __enter__(self):
        self.cpu = time.process_time_ns()
        self.wall = time.monotonic_ns()
        return self

    def __exit__(self, *_):
        self.wall = time.monotonic_ns() - self.wall
        self.cpu = time.process_time_ns() - self.cpu


def show(operations, timed):
    print("round", operations, timed.cpu, timed.wall)


async def timed(operation, passes):
    with Round() as result:
        operations = await operation(passes)
    return operations, result


async def rounds(operation, milliseconds):
    """Measures an operation(passes), which returns the number of operations."""
    if milliseconds <= 0:
        show(*await timed(operation, 1))
        return
    passes = 1
    while (await timed(operation, passes))[1].cpu < ROUND_NS / 4:
        passes *= 2
    spent = 0
    for i in range(MOST_ROUNDS):
        if i >= LEAST_ROUNDS and spent >= milliseconds * 1e6:
            break
        operations, result = await timed(operation, passes)
        show(operations, result)
        spent += result.wall


async def child():
    pass


async def create(n, milliseconds):
    async def operation(passes):
        for _ in range(passes):
            tasks = [asyncio.create_task(child()) for _ in range(n)]
            for task in tasks:
                await task
        return passes * n

    await rounds(operation, milliseconds)


async def ring(n, milliseconds, body):
    """n - 1 tasks run body(); the task that measures is the last one of the ring."""
    tasks = [asyncio.create_task(body()) for _ in range(n - 1)]

    async def operation(passes):
        for _ in range(passes):
            await asyncio.sleep(0)
        return passes * n

    await rounds(operation, milliseconds)
    for task in tasks:
        task.cancel()


async def yield_(n, milliseconds):
    async def spin():
        while True:
            await asyncio.sleep(0)

    await ring(n, milliseconds, spin)


async def yield_depth(n, milliseconds):
    async def spin(below):
        if below:
            await spin(below - 1)
        while True:
            await asyncio.sleep(0)

    await ring(100, milliseconds, lambda: spin(n))


async def lock(n, milliseconds):
    mutex = asyncio.Lock()

    async def contend():
        while True:
            async with mutex:
                await asyncio.sleep(0)

    tasks = [asyncio.create_task(contend()) for _ in range(n - 1)]

    async def operation(passes):
        for _ in range(passes):
            async with mutex:
                await asyncio.sleep(0)
        return passes * n

    await rounds(operation, milliseconds)
    for task in tasks:
        task.cancel()


async def pipe(n, milliseconds):
    loop = asyncio.get_running_loop()
    there, back = os.pipe(), os.pipe()

    async def read(descriptor):
        future = loop.create_future()

        def notify():
            loop.remove_reader(descriptor)
            future.set_result(None)

        loop.add_reader(descriptor, notify)
        await future
        os.read(descriptor, 1)

    async def answer():
        while True:
            await read(there[0])
            os.write(back[1], b"x")

    task = asyncio.create_task(answer())

    async def operation(passes):
        for _ in range(passes):
            os.write(there[1], b"x")
            await read(back[0])
        return 2 * passes

    await rounds(operation, milliseconds)
    task.cancel()


async def cancel(n, milliseconds):
    for _ in range(LEAST_ROUNDS if milliseconds > 0 else 1):
        tasks = [asyncio.create_task(asyncio.sleep(3600)) for _ in range(n)]
        await asyncio.sleep(0)
        with Round() as result:
            for task in tasks:
                task.cancel()
            for task in tasks:
                try:
                    await task
                except asyncio.CancelledError:
                    pass
        show(n, result)


async def calls(n, milliseconds):
    async def link(below):
        return await link(below - 1) + 1 if below else 0

    async def operation(passes):
        for _ in range(passes):
            await link(n)
        return passes

    await rounds(operation, milliseconds)


def status(name):
    with open("/proc/self/status", encoding="ascii") as file:
        for line in file:
            if line.startswith(name + ":"):
                return 1024 * int(line.split()[1])
    return 0


async def population(total, seconds, limit):
    """Creates tasks that sleep, until there are `total`, or the memory is over the limit."""
    tasks = []
    while len(tasks) < total:
        if status("VmRSS") + status("VmPTE") > limit:
            print(f"refused limit of {limit >> 20} MB at {len(tasks)} tasks")
            break
        more = min(10000, total - len(tasks))
        tasks += [asyncio.create_task(asyncio.sleep(seconds)) for _ in range(more)]
        await asyncio.sleep(0)
    return tasks


def slope(points):
    count = len(points)
    x, y = sum(p[0] for p in points), sum(p[1] for p in points)
    xx, xy = sum(p[0] ** 2 for p in points), sum(p[0] * p[1] for p in points)
    return (count * xy - x * y) / (count * xx - x * x)


async def memory(total, limit):
    points, tasks = [], []
    total = min(total, 100000)
    for _ in range(9):
        tasks += await population(total // 9, 3600, limit)
        points.append((len(tasks), status("VmRSS"), status("VmSize"), status("VmPTE")))
    print("value tasks", len(tasks))
    print("value resident", slope([(p[0], p[1]) for p in points]))
    print("value reserved", slope([(p[0], p[2]) for p in points]))
    print("value page-tables", slope([(p[0], p[3]) for p in points]))
    print("value peak", status("VmHWM"))
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    tasks.clear()
    print("value after-release", status("VmRSS"))


async def limits(total, limit):
    tasks = await population(total, 3600, limit)
    print("value tasks", len(tasks), flush=True)
    os._exit(0)


async def million(total, seconds, limit):
    tasks = await population(total, seconds, limit)
    await asyncio.gather(*tasks)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print("value tasks", len(tasks))
    print("value peak", status("VmHWM"))
    print("value cpu", usage.ru_utime + usage.ru_stime)


async def main():
    workload, n, milliseconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    seconds, limit = float(sys.argv[4]), int(sys.argv[5]) << 20
    sys.setrecursionlimit(10000)
    if n == NO_CALLS:
        n = 0
    if workload in ("memory", "limits"):
        await globals()[workload](n, limit)
    elif workload == "million":
        await million(n, seconds, limit)
    else:
        functions = {"yield": yield_, "yield-depth": yield_depth, "create-cold": create}
        operation = functions.get(workload) or globals()[workload]
        if workload == "create-cold":
            milliseconds = 0
        else:
            os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
        await operation(n, milliseconds)
    sys.stdout.flush()
    os._exit(0)


if len(sys.argv) > 1 and sys.argv[1] == "version":
    print("Python", sys.version.split()[0])
else:
    asyncio.run(main())
