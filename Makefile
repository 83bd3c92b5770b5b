# Analytics & Engagement: build, check, run.
#
#   make          every program into build/bin/
#   make run      the whole system on this machine, with the sample, until Ctrl-C
#   make check    everything from nothing: dependencies, build, unit and system tests
#   make bench    the benchmarks, as ratios to controls measured in the same run
#   make lint     clang-tidy, cppcheck, format and dependency-direction checks
#   make clean
#
# SANITIZE=1 builds into build-asan/ with ASan and UBSan. Each folder's module.mk names its parts.

SANITIZE ?=
BUILD    := $(if $(SANITIZE),build-asan,build)
PYTHON   ?= /usr/bin/python3
VERSION  := $(shell cat VERSION)

PACKAGES := libevent libevent_openssl libpq hiredis libcurl talloc yajl libcrypto libsystemd jose inih cairo pangocairo zlib libidn2
CFLAGS   ?= -O2 -g
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wvla -Wundef -Werror
CPPFLAGS += -D_GNU_SOURCE -DAE_VERSION='"$(VERSION)"' -I. -I$(BUILD)
HARDEN   := -fstack-protector-strong $(if $(SANITIZE),,-D_FORTIFY_SOURCE=2)
ifneq ($(SANITIZE),)
SANFLAGS := -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined
endif

all: programs

# Packages are asked for once per make, and only when something is to be compiled.
PKG_CFLAGS = $(eval PKG_CFLAGS := $$(shell pkg-config --cflags $(PACKAGES) check))$(PKG_CFLAGS)
PKG_LIBS   = $(eval PKG_LIBS := $$(shell pkg-config --libs $(PACKAGES)) -lnanomsg -lm)$(PKG_LIBS)

PROGRAMS :=
include common/module.mk common/learn/module.mk proto/module.mk sql/module.mk $(wildcard services/*/module.mk) tests/module.mk

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC    $<"
	@$(CC) -std=gnu11 $(CPPFLAGS) $(PKG_CFLAGS) $(CFLAGS) $(WARNINGS) $(HARDEN) $(SANFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/gen/%.o: $(BUILD)/gen/%.c
	@echo "  CC    $<"
	@$(CC) -std=gnu11 $(CPPFLAGS) $(PKG_CFLAGS) $(CFLAGS) $(WARNINGS) $(HARDEN) $(SANFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/libaecommon.a: $(COMMON_OBJECTS) $(PROTO_OBJECTS)
	@echo "  AR    $@"
	@rm -f $@ && $(AR) rcs $@ $^

programs: $(PROGRAMS)

# $(call program,NAME,FOLDER): build/bin/NAME from every .c in FOLDER; statements of sql/queries/FOLDER's name.
# NAME_ARCHIVES and NAME_LIBS, which a folder's module.mk may set, are linked too.
define program
PROGRAMS += $(BUILD)/bin/$(1)
$(1)_OBJECTS := $(patsubst %.c,$(BUILD)/%.o,$(wildcard services/$(2)/*.c))
$$($(1)_OBJECTS): | generated
$(BUILD)/bin/$(1): $$($(1)_OBJECTS) $$($(1)_ARCHIVES) $(BUILD)/libaecommon.a
	@mkdir -p $$(@D)
	@echo "  LD    $$@"
	@$$(CC) $$(SANFLAGS) $$(LDFLAGS) $$^ $$(PKG_LIBS) $$($(1)_LIBS) -o $$@
-include $$($(1)_OBJECTS:.o=.d)
endef
$(foreach m,$(MODULES),$(eval $(call program,$(word 1,$(subst =, ,$(m))),$(word 2,$(subst =, ,$(m))))))
-include $(COMMON_OBJECTS:.o=.d)

all: $(PROGRAMS)

generated: $(GENERATED)
$(COMMON_OBJECTS) $(PROTO_OBJECTS): | generated

deps:
	@systemd/install-packages build

clean:
	rm -rf build build-asan

.PHONY: all programs generated deps clean run check bench lint
