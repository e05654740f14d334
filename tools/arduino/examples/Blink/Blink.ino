// SPDX-License-Identifier: MIT
// Two LEDs that blink at their own pace. The tasks are in blink.c, because a coroutine must be in C.

extern "C" {
#include "blink.h"
}

void setup()
{
  begin_blinking(LED_BUILTIN, 12);
}

void loop()
{
  go_on_blinking(); // other things may stand before and after this line
}
