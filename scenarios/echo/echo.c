/* SPDX-License-Identifier: MIT */
/* An echo server and its clients, over TCP on this machine: descriptors, a signal, groups, limits.
 * This file has the program's options, its signal handler and its final report. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "echo_load.h"
#include "echo_server.h"
#include "echo_talk.h"

/* Exit statuses. */
enum { OK, FAILED, USAGE, INTERRUPTED = 130 };

struct options {
    unsigned long long requests, clients, connections, visit, kill_every, time_limit, longest, seed,
        port;
    bool serve, talk;
};

static struct {
    const char *name;
    struct options options;
    weft_select backend;
    weft_loop loop;
    struct echo_server server;
    struct echo_load load;
    weft_task *task; /* the outermost task */
} program;

static int complain(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s: %s\n", program.name, what, why);
    return FAILED;
}

/* ---- SIGINT --------------------------------------------------------------------------------- */

static weft_threadsafe_handle interrupted;
static volatile sig_atomic_t interrupts;

/* def on_signal(number, frame):
 *     interrupts += 1
 *     loop.call_soon_threadsafe(interrupt)
 */
static void on_signal(int number)
{
    (void)number;
    interrupts++;
    weft_call_soon_threadsafe(&interrupted);
}

static void drain(weft_loop *loop)
{
    const size_t busy = drain_server(loop, &program.server);
    printf("draining; connections in a request: %zu\n", busy);
}

static void stop_clients(void)
{
    stop_load(&program.load);
    printf("draining; clients: %zu\n", program.load.unfinished);
}

/* Runs in the loop. The first call drains; the second call cancels. Two signals that arrive
 * before the process runs are one call. */
static void interrupt(weft_loop *loop, weft_handle *handle)
{
    (void)handle;
    if (interrupts > 1)
        weft_cancel(program.task);
    else if (program.options.serve)
        drain(loop);
    else
        stop_clients();
}

static void handle_signal(void (*handler)(int number))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
}

/* The handle is a daemon, because a signal that may never arrive must not keep the loop running. */
static const weft_error *catch_signal(void)
{
    const weft_error *const error = weft_threadsafe_open(&program.loop, &interrupted, interrupt);
    if (error)
        return error;
    weft_threadsafe_set_daemon(&interrupted, true);
    handle_signal(on_signal);
    return NULL;
}

/* Resets the signal handler first. A closed handle must have no caller. */
static void uncatch_signal(void)
{
    handle_signal(SIG_DFL);
    weft_threadsafe_close(&interrupted);
}

/* Makes SIGQUIT write a dump of all tasks to standard error. */
WEFT_DUMP_ON_QUIT(quit);

/* ---- Descriptors ---------------------------------------------------------------------------- */

static size_t count_descriptors(void)
{
    size_t count = 0;
    for (int i = 0; i < FD_SETSIZE; i++)
        count += fcntl(i, F_GETFD) >= 0;
    return count;
}

/* Raises the soft limit of open files if it is too low. */
static bool limit_allows(rlim_t needed, rlim_t *allowed)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed)
        return true;
    *allowed = limit.rlim_max;
    limit.rlim_cur = needed;
    return needed <= limit.rlim_max && setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

/* Returns true if the process may open that many descriptors. select() allows at most
 * FD_SETSIZE. */
static bool may_open(unsigned long long needed)
{
    char text[100] = "";
    rlim_t allowed = 0;
    if (needed > FD_SETSIZE)
        snprintf(text, sizeof(text), "select() takes %d descriptors, %llu are needed", FD_SETSIZE,
                 needed);
    else if (!limit_allows(needed, &allowed))
        snprintf(text, sizeof(text), "%llu descriptors are allowed (ulimit -n), %llu are needed",
                 (unsigned long long)allowed, needed);
    if (*text)
        complain("too many connections", text);
    return !*text;
}

/* ---- Errors --------------------------------------------------------------------------------- */

/* Reports an error. The error of a group can contain the errors of other groups, so the function
 * recurses, as deep as the program nests groups. */
static void report(const weft_error *error)
{
    for (weft_error_walk at = weft_first_error(error); at.error; weft_next_error(&at))
        if (weft_error_is(at.error, &weft_group_error))
            report(at.error);
        else
            complain(at.task ? weft_task_name(at.task) : "error", weft_error_text(at.error));
}

static int status_of(const weft_error *error)
{
    if (weft_error_is(error, &weft_cancelled_error))
        return INTERRUPTED;
    if (error == &weft_deadlock_error)
        weft_dump(&program.loop, weft_write_to_file, stderr);
    if (error)
        report(error);
    return error ? FAILED : OK;
}

/* Ends a run. Errors live in the loop's tasks, so they are reported before the loop closes. The
 * handle closes first, since a loop with an open handle cannot be closed. */
static int end(const weft_error *error)
{
    const int status = status_of(error);
    uncatch_signal();
    weft_end_dump_on_quit(&quit);
    const weft_error *const left = weft_loop_close(&program.loop);
    return left ? complain("the loop", weft_error_text(left)) : status;
}

/* ---- The load ------------------------------------------------------------------------------- */

/* async def serve_load(server, load):
 *     async with asyncio.TaskGroup() as group:
 *         group.create_task(serve(server))
 *         await run_load(load)
 *         server.drain()
 */
WEFT_ASYNC(serve_load, weft_group group; WEFT_TASK(serve) server; struct run_load load;)
{
    weft_with_group(&self->group) {
        weft_group_create_task(&self->group, serve, &self->server, &program.server);
        weft_call(run_load, &self->load, &program.load);
        drain_server(weft_running_loop(), &program.server);
    }
    weft_end;
}
WEFT_ASYNC_END

static void print_tally(const char *whose, const struct tally *tally)
{
    printf("%s %llu, %llu bytes received, %llu sent\n", whose,
           (unsigned long long)tally->connections, (unsigned long long)tally->received,
           (unsigned long long)tally->sent);
}

/* Returns the status, or FAILED with a message if the condition is false. */
static int check(int status, bool so, const char *what)
{
    return so ? status : complain("check failed", what);
}

static int summarise(int status, size_t descriptors_before)
{
    const struct echo_load *const load = &program.load;
    const struct tally *const ours = &load->between, *const its = &program.server.between;
    const size_t descriptors = count_descriptors();
    printf("requests: %llu of %llu%s\n", (unsigned long long)load->done,
           (unsigned long long)load->requests, load->stopping ? ", interrupted" : "");
    printf("clients: %llu killed, %llu timed out\n", (unsigned long long)load->killed,
           (unsigned long long)load->timed_out);
    print_tally("connections that ended between requests, by the clients:", ours);
    print_tally("... by the server:", its);
    print_tally("connections that were lost:", &program.server.lost);
    printf("descriptors: %zu before, %zu after\n", descriptors_before, descriptors);
    status = check(status, descriptors == descriptors_before, "no descriptor is left open");
    if (status == INTERRUPTED)
        return status;
    status = check(status, load->done == load->requests || load->stopping, "all requests are done");
    status = check(status, ours->connections == its->connections, "both count these connections");
    status = check(status, ours->sent == its->received, "the server got what was sent");
    status = check(status, ours->received == its->sent, "the clients got what the server sent");
    status = check(status, ours->sent == ours->received, "as much came back as was sent");
    return check(status, program.server.permits.value == program.server.room,
                 "all permits are back");
}

static bool prepare_clients(struct echo_client *clients, char *lines)
{
    struct echo_load *const load = &program.load;
    if (!clients || !lines)
        return false;
    load->clients = clients;
    load->unfinished = load->count;
    for (size_t i = 0; i < load->count; i++) {
        clients[i].load = load;
        clients[i].number = i;
        clients[i].requests = load->requests / load->count + (i < load->requests % load->count);
        clients[i].line = lines + i * load->longest;
    }
    return true;
}

static struct echo_load load_of(const struct options *options)
{
    return (struct echo_load){.port = program.server.port,
                              .seed = options->seed,
                              .requests = options->requests,
                              .visit = options->visit,
                              .longest = options->longest,
                              .time_limit = WEFT_MS(options->time_limit),
                              .kill_every = WEFT_MS(options->kill_every),
                              .count = options->clients,
                              .random = options->seed};
}

static int run_load_of(struct echo_client *clients, char *lines)
{
    static WEFT_TASK(serve_load) task;
    if (!prepare_clients(clients, lines))
        return complain("the clients", "out of memory");
    program.task = &task.task;
    return end(weft_run(&program.loop, serve_load, &task));
}

static int run_clients(void)
{
    const struct options *const options = &program.options;
    program.load = load_of(options);
    printf("seed %llu: %llu clients, %llu connections at a time\n", options->seed, options->clients,
           options->connections);
    struct echo_client *const clients = calloc(options->clients, sizeof(*clients));
    char *const lines = calloc(options->clients, options->longest);
    const int status = run_load_of(clients, lines);
    free(clients);
    free(lines);
    return status;
}

/* ---- A server alone, and a client for it ---------------------------------------------------- */

static int run_server(void)
{
    static WEFT_TASK(serve) task;
    program.task = &task.task;
    const int status = end(weft_run(&program.loop, serve, &task, &program.server));
    print_tally("connections that ended between requests:", &program.server.between);
    print_tally("connections that were lost:", &program.server.lost);
    return status;
}

static int run_talk(void)
{
    static WEFT_TASK(talk) task;
    const int status =
        status_of(weft_run(&program.loop, talk, &task, .port = (uint16_t)program.options.port));
    weft_loop_close(&program.loop);
    return status;
}

/* ---- The server's resources ----------------------------------------------------------------- */

static int run_interruptible(void)
{
    const weft_error *const error = catch_signal();
    if (error)
        return complain("SIGINT", weft_error_text(error));
    (void)weft_dump_on_quit(&program.loop, &quit);
    printf("listening on 127.0.0.1, port %u\n", (unsigned)program.server.port);
    return program.options.serve ? run_server() : run_clients();
}

static int run_on(struct connection *places)
{
    const struct options *const options = &program.options;
    if (!places)
        return complain("the connections", "out of memory");
    if (!open_server(&program.server, (uint16_t)options->port, places, options->connections)) {
        char text[40];
        snprintf(text, sizeof(text), "cannot listen on port %llu", options->port);
        return complain(text, strerror(errno));
    }
    const int status = run_interruptible();
    stop_listening(&program.loop, &program.server);
    return status;
}

/* Counts the descriptors: the listener, the wake pipe, and one or two for each connection. */
static int run(void)
{
    const struct options *const options = &program.options;
    const size_t before = count_descriptors();
    if (!may_open(before + 3 + options->connections + (options->serve ? 0 : options->clients)))
        return FAILED;
    struct connection *const places = calloc(options->connections, sizeof(*places));
    const int status = run_on(places);
    free(places);
    return options->serve || !program.load.clients ? status : summarise(status, before);
}

/* ---- Options -------------------------------------------------------------------------------- */

static void usage(FILE *file)
{
    fprintf(
        file,
        "usage: %s [OPTION...]\n"
        "Runs an echo server, and clients that send lines and compare the replies, in one loop.\n"
        "\n"
        "  --requests N     requests of all clients together (2000)\n"
        "  --clients N      number of clients (200)\n"
        "  --connections N  connections at a time; others wait (100)\n"
        "  --kill-every MS  kill a random client every MS milliseconds; 0: never (10)\n"
        "  --timeout MS     limit of each request, in milliseconds (10000)\n"
        "  --longest N      longest line, in bytes (200000)\n"
        "  --seed N         seed of the lines and of the kills (the time)\n"
        "  --port N         port to listen on; 0: any (0)\n"
        "  --serve          run the server alone, until SIGINT (Ctrl-C)\n"
        "  --talk           send standard input to a server on --port, print the replies\n"
        "  --help           print this text\n"
        "\n"
        "The first SIGINT ends the program when the requests that have begun are done. The second\n"
        "SIGINT cancels them.\n"
        "WEFT_DEBUG=1 in the environment runs the loop in debug mode.\n"
        "Exit status: 0 on success, also after one SIGINT; 1 for an error, or if bytes or\n"
        "descriptors are missing; 2 for a wrong option; 130 after a second SIGINT.\n",
        program.name);
}

enum {
    REQUESTS = 1,
    CLIENTS,
    CONNECTIONS,
    VISIT,
    KILL_EVERY,
    TIMEOUT,
    LONGEST,
    SEED,
    PORT,
    SERVE,
    TALK,
    HELP
};

static const struct option long_options[] = {
    {"requests", required_argument, NULL, REQUESTS},
    {"clients", required_argument, NULL, CLIENTS},
    {"connections", required_argument, NULL, CONNECTIONS},
    {"visit", required_argument, NULL, VISIT},
    {"kill-every", required_argument, NULL, KILL_EVERY},
    {"timeout", required_argument, NULL, TIMEOUT},
    {"longest", required_argument, NULL, LONGEST},
    {"seed", required_argument, NULL, SEED},
    {"port", required_argument, NULL, PORT},
    {"serve", no_argument, NULL, SERVE},
    {"talk", no_argument, NULL, TALK},
    {"help", no_argument, NULL, HELP},
    {NULL, 0, NULL, 0},
};

/* Where the number of an option is stored, and its range. */
struct range {
    unsigned long long *number, least, most;
};

static struct range range_of(int option, struct options *options)
{
    const unsigned long long most = 1000000000;
    const struct range ranges[] = {
        [REQUESTS] = {&options->requests, 0, ULLONG_MAX},
        [CLIENTS] = {&options->clients, 1, FD_SETSIZE},
        [CONNECTIONS] = {&options->connections, 1, FD_SETSIZE},
        [VISIT] = {&options->visit, 1, most},
        [KILL_EVERY] = {&options->kill_every, 0, most},
        [TIMEOUT] = {&options->time_limit, 1, most},
        [LONGEST] = {&options->longest, 1, most},
        [SEED] = {&options->seed, 0, ULLONG_MAX},
        [PORT] = {&options->port, 0, 65535},
    };
    return ranges[option];
}

static bool read_number(const char *text, struct range range)
{
    char *end;
    errno = 0;
    const unsigned long long number = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || number < range.least || number > range.most)
        return false;
    *range.number = number;
    return true;
}

static bool read_option(int option, int index, struct options *options)
{
    options->serve |= option == SERVE;
    options->talk |= option == TALK;
    if (option >= SERVE || read_number(optarg, range_of(option, options)))
        return true;
    fprintf(stderr, "%s: --%s cannot be '%s'\n", program.name, long_options[index].name, optarg);
    return false;
}

static bool read_options(int argc, char **argv, struct options *options, bool *helps)
{
    int option, index;
    while ((option = getopt_long(argc, argv, "", long_options, &index)) != -1) {
        *helps |= option == HELP;
        if (option == '?' || !read_option(option, index, options))
            return false;
    }
    if (argv[optind])
        fprintf(stderr, "%s: unexpected argument '%s'\n", program.name, argv[optind]);
    return !argv[optind];
}

static struct options defaults(void)
{
    return (struct options){.requests = 2000,
                            .clients = 200,
                            .connections = 100,
                            .visit = 100,
                            .kill_every = 10,
                            .time_limit = 10000,
                            .longest = 200000,
                            .seed = (unsigned long long)time(NULL)};
}

int main(int argc, char **argv)
{
    bool helps = false;
    program.name = argv[0];
    program.options = defaults();
    if (!read_options(argc, argv, &program.options, &helps)) {
        usage(stderr);
        return USAGE;
    }
    if (helps) {
        usage(stdout);
        return OK;
    }
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    weft_select_init(&program.backend);
    weft_loop_init(&program.loop, &program.backend.backend);
    const char *const debug = getenv("WEFT_DEBUG");
    weft_set_debug(&program.loop, debug && strcmp(debug, "1") == 0);
    const int status = program.options.talk ? run_talk() : run();
    if (ferror(stdout))
        return complain("standard output", "cannot be written to");
    return status;
}
