/* weft: asyncio for C, without stacks. All of it. */
#ifndef WEFT_H
#define WEFT_H

#include "core/coroutine.h"
#include "core/future.h"
#include "core/handle.h"
#include "core/loop.h"
#include "core/port.h"
#include "core/report.h"
#include "core/task.h"
#include "primitives/gather.h"
#include "primitives/lock.h"

#endif
