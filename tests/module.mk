# Unit tests: each tests/unit/test_x.c is a program. It links the library and, of every service
# whose headers it includes, everything but main.c.
UNIT_TESTS := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(sort $(wildcard tests/unit/test_*.c)))
UNIT_LINKS := $(shell grep -Hos '^\#include "services/[a-z]*' tests/unit/test_*.c | \
	sed 's|.*/\(test_[a-z0-9_]*\)\.c:.*services/\(.*\)|\1=\2|' | sort -u)
JOBS       ?= $(shell nproc)
PYTEST     := AE_BUILD=$(BUILD) $(PYTHON) -B -m pytest -p no:cacheprovider

# Tests of what learns link that library, too.
UNIT_LEARNS := $(shell grep -los '^\#include "common/learn/' tests/unit/test_*.c | sed 's|.*/\(test_[a-z0-9_]*\)\.c|\1|')

# $(call unit,test_x)
define unit
$(1)_LINKS := $(foreach l,$(filter $(1)=%,$(UNIT_LINKS)),$(BUILD)/services/$(word 2,$(subst =, ,$(l))).a) $(if $(filter $(1),$(UNIT_LEARNS)),$(BUILD)/libaelearn.a)
$(BUILD)/tests/unit/$(1): $(BUILD)/tests/unit/$(1).o $$($(1)_LINKS) $(BUILD)/libaecommon.a
	@echo "  LD    $$@"
	@$$(CC) $$(SANFLAGS) $$(LDFLAGS) $$^ $$(PKG_LIBS) $$(CHECK_LIBS) $(if $(filter $(1),$(UNIT_LEARNS)),$$(LEARN_LIBS)) -o $$@
-include $(BUILD)/tests/unit/$(1).d
endef
CHECK_LIBS = $(eval CHECK_LIBS := $$(shell pkg-config --libs check))$(CHECK_LIBS)
$(foreach t,$(notdir $(UNIT_TESTS)),$(eval $(call unit,$(t))))
$(patsubst %,%.o,$(UNIT_TESTS)): | generated

# A service without its main.c, for unit tests.
define archive
$(BUILD)/services/$(1).a: $(patsubst %.c,$(BUILD)/%.o,$(filter-out services/$(1)/main.c,$(wildcard services/$(1)/*.c)))
	@rm -f $$@ && $$(AR) rcs $$@ $$^
endef
$(foreach s,$(notdir $(patsubst %/,%,$(wildcard services/*/))),$(eval $(call archive,$(s))))

# Programs that tests drive: a neighbour on the nanomsg sockets, and the drivers of channels by themselves.
# $(call probe,NAME,ARCHIVES,LIBRARIES)
define probe
PROGRAMS += $(BUILD)/tests/lib/$(1)
$(BUILD)/tests/lib/$(1): $(BUILD)/tests/lib/$(1).o $(2)
	@echo "  LD    $$@"
	@$$(CC) $$(SANFLAGS) $$(LDFLAGS) $$^ $$(PKG_LIBS) $(3) -o $$@
-include $(BUILD)/tests/lib/$(1).d
endef
$(eval $(call probe,bus_client,))
$(eval $(call probe,email_probe,$(BUILD)/tests/lib/exchange.o $(BUILD)/services/notification.a $(BUILD)/libaecommon.a))
$(eval $(call probe,quiet_probe,$(BUILD)/services/notification.a $(BUILD)/libaecommon.a))
$(eval $(call probe,validator_probe,$(BUILD)/libaecommon.a))
$(eval $(call probe,stats_probe,$(BUILD)/libaecommon.a))
$(eval $(call probe,push_probe,$(BUILD)/tests/lib/exchange.o $(BUILD)/services/notification.a $(BUILD)/libaecommon.a))
$(eval $(call probe,model_probe,$(BUILD)/libaelearn.a $(BUILD)/libaecommon.a,$(XGBOOST_LIBS)))
$(eval $(call probe,slack_probe,$(BUILD)/tests/lib/exchange.o $(BUILD)/services/notification.a $(BUILD)/libaecommon.a))

-include tests/bench/module.mk

units: $(UNIT_TESTS)

unit-check: units
	@failed=; for t in $(UNIT_TESTS); do \
		if CK_VERBOSITY=minimal $$t >$$t.out 2>&1; then sed -n '2p' $$t.out | sed "s|^|$${t##*/}: |"; \
		else cat $$t.out; failed="$$failed $${t##*/}"; fi; \
	done; [ -z "$$failed" ] || { echo "unit tests failed:$$failed" >&2; exit 1; }

system-check: programs
	@$(PYTEST) tests/system -q

# One build at a time in a tree; two checks side by side then share its result.
check:
	@systemd/install-packages build run test
	@mkdir -p $(BUILD) && flock $(BUILD)/.lock $(MAKE) --no-print-directory -j$(JOBS) all units
	@$(MAKE) --no-print-directory unit-check
	@$(PYTEST) tests/system -q

run:
	@systemd/install-packages build run
	@mkdir -p $(BUILD) && flock $(BUILD)/.lock $(MAKE) --no-print-directory -j$(JOBS) all
	@exec $(BUILD)/bin/aectl local up --foreground --dir var --port 8080 --sample retail

bench:
	@systemd/install-packages build run test bench
	@mkdir -p $(BUILD) && flock $(BUILD)/.lock $(MAKE) --no-print-directory -j$(JOBS) all bench-programs
	@AE_BUILD=$(BUILD) tests/bench/run

lint:
	@systemd/install-packages build lint
	@tests/lib/lint

# By hand, where clang is: what comes over LMTP, under libFuzzer with ASan and UBSan.
FUZZED  := address bounce bounce_status bytes lmtp_command lmtp_session mime_read notification_id smtp_reply verp
FUZZ_SECONDS ?= 60
fuzz: generated
	@mkdir -p $(BUILD)/fuzz
	clang -g -O1 -D_GNU_SOURCE -I. -I$(BUILD) -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all tests/lib/fuzz_mail.c \
		$(FUZZED:%=services/notification/%.c) common/clock.c $(shell pkg-config --cflags --libs talloc libcrypto libidn2) -o $(BUILD)/fuzz/fuzz_mail
	cd $(BUILD)/fuzz && mkdir -p seeds && ./fuzz_mail -max_total_time=$(FUZZ_SECONDS) -max_len=8192 seeds

.PHONY: fuzz units unit-check system-check
.SECONDARY:
