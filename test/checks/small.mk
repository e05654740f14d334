# SPDX-License-Identifier: MIT
# Builds the library, the suites and the trace programs in one configuration. Called by checks/small.sh with
# SRCDIR, OPTIONS (the configuration), SUITES, CHECK_FLAGS and CHECK_LIBRARIES.
VPATH = $(SRCDIR)
FLAGS = -std=c11 -Wall -Wextra -Wpedantic -Os -pthread -I$(SRCDIR) -I$(SRCDIR)/test -I$(SRCDIR)/test/support \
	-DWEFT_SHOW_MACROS $(EPOLL) $(OPTIONS) $(CHECK_FLAGS)
names = $(patsubst $(SRCDIR)/%.c,%.o,$(wildcard $(SRCDIR)/$(1)))
# The program of a board compiles these with its own sources; test_board_backends has a simulated machine.
board = core/backend/machine.o core/backend/periodic.o core/backend/tickless.o
library = $(filter-out core/panic.o $(board) $(WITHOUT),$(call names,core/*.c) $(call names,core/backend/*.c) \
	$(call names,core/inspect/*.c) $(call names,primitives/*.c))
support = $(filter-out test/support/panic.o test/support/interrupts.o,$(call names,test/support/*.c))
trace = $(filter-out test/trace/main.o test/trace/replay.o test/trace/conserved.o test/trace/fuzz.o, \
	$(call names,test/trace/*.c)) test/support/clock.o
programs = $(patsubst %,test/suites/%,$(SUITES)) replay conserved conform

all: $(programs)

%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(FLAGS) -MMD -c -o $@ $<

libweft.a: $(library) core/panic.o
	rm -f $@ && $(AR) cr $@ $^

libsupport.a: $(support)
	rm -f $@ && $(AR) cr $@ $^

test/suites/test_board_backends: core/backend/periodic.o core/backend/tickless.o

test/suites/test_panic: test/suites/test_panic.o libsupport.a libweft.a
	$(CC) $(FLAGS) -o $@ $^ $(CHECK_LIBRARIES)

test/suites/%: test/suites/%.o test/support/panic.o libsupport.a libweft.a
	$(CC) $(FLAGS) -o $@ $^ $(CHECK_LIBRARIES)

replay: test/trace/replay.o $(trace) libweft.a
	$(CC) $(FLAGS) -o $@ $^

conform: test/trace/main.o $(trace) libweft.a
	$(CC) $(FLAGS) -o $@ $^

conserved: test/trace/conserved.o test/support/observer.o $(trace) libweft.a
	$(CC) $(FLAGS) -o $@ $^

.SECONDARY:
-include $(shell find . -name '*.d')
