/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "echo_talk.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

/* async def say(sock):
 *     while True:
 *         await readable(sys.stdin)
 *         data = os.read(0, 1024)
 *         if not data:
 *             break
 *         await loop.sock_sendall(sock, data)
 *     sock.shutdown(socket.SHUT_WR)
 *
 * Standard input stays in blocking mode, since other processes share it. One read after a wait
 * does not block.
 */
WEFT_ASYNC_BODY(say)
{
    for (;;) {
        weft_wait_readable(STDIN_FILENO);
        self->size = read(STDIN_FILENO, self->bytes, sizeof(self->bytes));
        if (self->size < 0)
            weft_raise(os_fail(&self->failure, errno));
        if (self->size == 0)
            break;
        weft_call(write_all, &self->write, self->stream, self->bytes, (size_t)self->size);
    }
    end_writing(self->stream);
}
WEFT_ASYNC_END

/* async def talk(port):
 *     sock = socket.socket()
 *     try:
 *         await loop.sock_connect(sock, ("127.0.0.1", port))
 *         async with asyncio.TaskGroup() as both:
 *             saying = both.create_task(say(sock))
 *             while data := await loop.sock_recv(sock, 1024):
 *                 print(data, end="", flush=True)
 *             saying.cancel()
 *     finally:
 *         sock.close()
 */
WEFT_ASYNC_EXTERN(talk)
{
    self->stream.descriptor = -1;
    weft_try {
        weft_call(connect_to, &self->connect, &self->stream, self->port);
        weft_with_group(&self->both) {
            weft_group_create_task(&self->both, say, &self->say, &self->stream);
            for (;;) {
                weft_call(read_some, &self->read, &self->stream, self->bytes, sizeof(self->bytes));
                if (!self->read.result)
                    break;
                fwrite(self->bytes, 1, self->read.result, stdout);
                fflush(stdout);
            }
            weft_cancel(&self->say);
        }
        weft_end;
    }
    weft_finally(&self->left)
        close_stream(weft_running_loop(), &self->stream);
    weft_end;
}
WEFT_ASYNC_END
