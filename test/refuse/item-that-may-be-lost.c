/* SPDX-License-Identifier: MIT */
/* Refused: a put whose failure is ignored. (gcc warns only where it generates code.)
 * clang: ignoring return value
 * flags: -Werror=unused-result
 */
#include <weft.h>

static WEFT_QUEUE(int, 1) numbers;
struct item {
    weft_queue_node node;
};
static WEFT_UNBOUNDED_QUEUE(struct item, node) items;

void put(int *number, struct item **item);
void put(int *number, struct item **item)
{
#ifdef FIXED
    if (weft_queue_put_nowait(&numbers, 1))
        *number = 0;
    if (weft_queue_put_item_nowait(&items, *item))
        *item = NULL;
#else
    weft_queue_put_item_nowait(&items, *item);
#endif
}
