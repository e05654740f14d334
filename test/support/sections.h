/* SPDX-License-Identifier: MIT */
/* One section of each kind; self->kind selects the one to enter. Each coroutine of test_blocks.c
 * includes this file. Its own lines must have greater numbers than the lines of this file. */
if (self->called) {
    weft_call(alone, &callee, .kind = self->kind, .way = self->way);
} else if (self->kind == 't') {
    weft_try {
        STEP('a');
        LEAVE(self->way);
        STEP('b');
    }
    weft_catch(&weft_base_error, self->error) {
        STEP('h');
    }
    weft_end;
} else if (self->kind == 'f') {
    weft_try {
        STEP('a');
        LEAVE(self->way);
        STEP('b');
    }
    weft_finally(&self->left) {
        STEP('f');
    }
    weft_end;
} else if (self->kind == 'c') {
    weft_try {
        weft_raise(&other_fail);
    }
    weft_catch(&other_fail, self->error) {
        STEP('a');
        LEAVE(self->way);
        STEP('b');
    }
    weft_end;
} else if (self->kind == 'b') {
    weft_try {
        STEP('x');
        weft_raise(&other_fail);
    }
    weft_catch(&weft_base_error, self->error) {
        STEP('a');
        LEAVE(self->way);
        STEP('b');
    }
    weft_finally(&self->left) {
        STEP('f');
    }
    weft_end;
} else if (self->kind == 'l') {
    weft_try {
        STEP('x');
    }
    weft_finally(&self->left) {
        STEP('a');
        LEAVE(self->way);
        STEP('b');
    }
    weft_end;
} else if (self->kind == 'e') {
    weft_try {
        STEP('x');
        weft_raise(&other_fail);
    }
    weft_finally(&self->left) {
        STEP('a');
        LEAVE(self->way);
        STEP('b');
    }
    weft_end;
} else if (self->kind == 'w') {
    weft_with_lock(&lock) {
        STEP('a');
        LEAVE(self->way);
        STEP('b');
    }
    weft_end;
}
