/* One section of each kind, of which self->kind says which is entered. Included into each of the
 * coroutines of test_blocks.c, at lines of theirs that are further down than these. */
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
