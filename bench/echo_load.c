/* SPDX-License-Identifier: MIT */
/* The load of `echo`: connections on the loopback interface, and the loop that sends requests. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "echo.h"
#include "one_cpu.h"

enum { PATIENCE_MS = 10000 };

struct connection {
    int near, far; /* the load's end; the server's end, valid only in the server's process */
    uint32_t request;
    size_t received;
    unsigned char reply[ECHO_REQUEST];
};

/* The load and its server run alternately on one processor. With two processors, the cost of waking
 * the other process would count for the process that wakes it. On a virtual machine this cost
 * varies between nothing and several times the rest. */
struct load {
    struct load *next; /* in the list of all loads */
    pid_t server;
    int reports; /* a pipe: the server writes its CPU time there at each SIGUSR1 */
    size_t n;
    uint64_t to_send, to_receive;
    struct pollfd *polls;
    struct connection connections[];
};

static struct load *loads;

int echo_expect(int result, const char *what)
{
    if (result != -1)
        return result;
    fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* ---- Connections ---- */

/* Raises the limit of descriptors. Three servers need more than many shells allow at first. If the
 * limit stays too low, socket() fails. */
static void allow_descriptors(rlim_t wanted)
{
    struct rlimit limit;
    echo_expect(getrlimit(RLIMIT_NOFILE, &limit), "asking how many descriptors there may be");
    if (limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    echo_expect(setrlimit(RLIMIT_NOFILE, &limit), "allowing more descriptors");
}

static int make_socket(void)
{
    return echo_expect(socket(AF_INET, SOCK_STREAM, 0), "making a socket");
}

static int listen_somewhere(struct sockaddr_in *address)
{
    const int listener = make_socket();
    socklen_t size = sizeof *address;
    *address = (struct sockaddr_in){.sin_family = AF_INET};
    address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    echo_expect(bind(listener, (struct sockaddr *)address, size), "binding a socket");
    echo_expect(listen(listener, 1), "listening");
    echo_expect(getsockname(listener, (struct sockaddr *)address, &size), "asking for the port");
    return listener;
}

static void send_at_once(int connection)
{
    const int on = 1;
    echo_expect(setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
}

static void do_not_block(int connection)
{
    const int flags = echo_expect(fcntl(connection, F_GETFL), "asking for a socket's flags");
    echo_expect(fcntl(connection, F_SETFL, flags | O_NONBLOCK), "O_NONBLOCK");
}

/* Makes both ends of one connection after the other, so that the listener's queue does not
 * overflow. */
static void connect_all(struct load *load)
{
    struct sockaddr_in address;
    const int listener = listen_somewhere(&address);
    for (size_t i = 0; i < load->n; i++) {
        struct connection *const connection = &load->connections[i];
        connection->near = make_socket();
        echo_expect(connect(connection->near, (struct sockaddr *)&address, sizeof address),
                    "connecting");
        connection->far = echo_expect(accept(listener, NULL, NULL), "accepting");
        send_at_once(connection->near);
        send_at_once(connection->far);
        do_not_block(connection->near);
        do_not_block(connection->far);
    }
    close(listener);
}

/* ---- The server's process ---- */

static void close_near(const struct load *load)
{
    for (size_t i = 0; i < load->n; i++)
        close(load->connections[i].near);
}

static void close_far(const struct load *load)
{
    for (size_t i = 0; i < load->n; i++)
        close(load->connections[i].far);
}

/* Moves a descriptor to the lowest free number, and returns that. select() takes no high numbers.
 * Other descriptors have been closed before. */
static int lower(int descriptor)
{
    const int low = echo_expect(dup(descriptor), "duplicating a socket");
    close(descriptor);
    return low;
}

/* Only the process itself can read its own CPU time exactly. Other processes see it as it was at
 * the last tick of the system's clock. So the load asks the server by a signal. */
static volatile sig_atomic_t report_to;

/* The handler of SIGUSR1. */
static void report(int signal)
{
    struct timespec time;
    const int error = errno;
    (void)signal;
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) ||
        write(report_to, &time, sizeof time) != sizeof time)
        _exit(1);
    errno = error;
}

static void report_when_asked(int descriptor)
{
    struct sigaction action = {.sa_handler = report, .sa_flags = SA_RESTART};
    report_to = descriptor;
    sigemptyset(&action.sa_mask);
    echo_expect(sigaction(SIGUSR1, &action, NULL), "handling a signal");
    action.sa_handler = SIG_IGN; /* for writes to a connection that the load has closed */
    echo_expect(sigaction(SIGPIPE, &action, NULL), "ignoring a signal");
}

static double read_report(const struct load *load)
{
    struct timespec time;
    bench_expect(read(load->reports, &time, sizeof time) == sizeof time,
                 "the server reports its CPU time");
    return 1e9 * (double)time.tv_sec + (double)time.tv_nsec;
}

double echo_load_cpu_ns(void *state)
{
    const struct load *const load = state;
    echo_expect(kill(load->server, SIGUSR1), "asking a server for its CPU time");
    return read_report(load);
}

/* Serves until the load closes its ends, or dies. So the server must close its copies of all loads'
 * ends first. */
_Noreturn static void be_server(const struct load *load, echo_server *server, int reports)
{
    int *const connections = bench_allocate(load->n * sizeof *connections);
    for (const struct load *other = loads; other; other = other->next) {
        close_near(other);
        close(other->reports);
    }
    for (size_t i = 0; i < load->n; i++)
        connections[i] = lower(load->connections[i].far);
    report_when_asked(lower(reports));
    raise(SIGUSR1); /* says that the load may now send the signal */
    server(connections, load->n);
    free(connections);
    exit(0);
}

/* Flushes the output before fork(), or both processes would write it. */
static void start_server(struct load *load, echo_server *server)
{
    int reports[2];
    fflush(NULL);
    echo_expect(pipe(reports), "making a pipe");
    load->reports = reports[0];
    load->server = echo_expect(fork(), "forking a server");
    if (!load->server)
        be_server(load, server, reports[1]);
    close(reports[1]);
    close_far(load);
    read_report(load);
}

void *echo_load_create(size_t n, echo_server *server)
{
    struct load *const load = bench_allocate(sizeof *load + n * sizeof load->connections[0]);
    load->n = n;
    load->polls = bench_allocate(n * sizeof load->polls[0]);
    if (!loads)
        bench_stay_on_cpu();
    load->next = loads;
    loads = load;
    allow_descriptors((rlim_t)(4 * n + 64));
    connect_all(load);
    for (size_t i = 0; i < n; i++)
        load->polls[i] = (struct pollfd){.fd = load->connections[i].near, .events = POLLIN};
    start_server(load, server);
    return load;
}

void echo_load_dispose(void *state)
{
    struct load *const load = state;
    struct load **at = &loads;
    int status = -1;
    while (*at != load)
        at = &(*at)->next;
    *at = load->next;
    if (!loads)
        bench_leave_cpu();
    close_near(load);
    close(load->reports);
    echo_expect(waitpid(load->server, &status, 0), "waiting for a server to end");
    bench_expect(WIFEXITED(status) && !WEXITSTATUS(status), "the server ends well");
    free(load->polls);
    free(load);
}

/* ---- Requests ---- */

/* Writes a request that differs from all others: of this connection, and of the other
 * connections. */
static void write_request(const struct load *load, const struct connection *connection,
                          unsigned char *request)
{
    uint32_t number = (uint32_t)(connection - load->connections) * 2654435761u;
    number += connection->request * 40503u;
    for (size_t i = 0; i < ECHO_REQUEST; i++, number = number * 1664525u + 1013904223u)
        request[i] = (unsigned char)(number >> 24);
}

static void send_request(struct load *load, struct connection *connection)
{
    unsigned char request[ECHO_REQUEST];
    connection->request++;
    connection->received = 0;
    load->to_send--;
    write_request(load, connection, request);
    const ssize_t sent = send(connection->near, request, sizeof request, MSG_NOSIGNAL);
    echo_expect(sent < 0 ? -1 : 0, "sending a request");
    bench_expect(sent == ECHO_REQUEST, "a request is sent in one go");
}

static void check_reply(struct load *load, struct connection *connection)
{
    unsigned char request[ECHO_REQUEST];
    write_request(load, connection, request);
    bench_expect(!memcmp(request, connection->reply, sizeof request), "a reply is its request");
    load->to_receive--;
}

static void receive(struct load *load, struct connection *connection)
{
    const ssize_t length = recv(connection->near, connection->reply + connection->received,
                                ECHO_REQUEST - connection->received, 0);
    echo_expect(length < 0 ? -1 : 0, "receiving a reply");
    bench_expect(length > 0, "the server keeps a connection open");
    connection->received += (size_t)length;
    if (connection->received < ECHO_REQUEST)
        return;
    check_reply(load, connection);
    if (load->to_send)
        send_request(load, connection);
}

void echo_load_arm(void *state, uint32_t passes)
{
    struct load *const load = state;
    load->to_send = load->to_receive = (uint64_t)passes * load->n;
}

void echo_load_run(void *state)
{
    struct load *const load = state;
    for (size_t i = 0; i < load->n; i++)
        send_request(load, &load->connections[i]);
    while (load->to_receive) {
        int ready = poll(load->polls, (nfds_t)load->n, PATIENCE_MS);
        bench_expect(ready > 0 || (ready < 0 && errno == EINTR), "the server replies in 10 s");
        for (size_t i = 0; i < load->n && ready > 0; i++)
            if (load->polls[i].revents) {
                receive(load, &load->connections[i]);
                ready--;
            }
    }
}

void echo_load_check(void *state)
{
    const struct load *const load = state;
    for (size_t i = 0; i < load->n; i++)
        bench_expect(load->connections[i].received == ECHO_REQUEST, "every reply has come");
}
