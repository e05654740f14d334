#include <weft.h>
extern void f(int);
extern weft_lock l;
struct job { weft_frame frame; int i; const weft_error *e; weft_exit left; struct job *in; };
WEFT_ASYNC_EXTERN(job)
{
weft_try {
f(1);
weft_sleep(0);
}
weft_catch(&weft_any_error, self->e) {
f(2);
}
weft_end;
}
WEFT_ASYNC_END
