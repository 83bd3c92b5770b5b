# Load programs of the benchmarks; tests/bench/run uses them.
BENCH_PROGRAMS := $(BUILD)/tests/bench/ae-load $(BUILD)/tests/bench/ae-seed $(BUILD)/tests/bench/ae-mail $(BUILD)/tests/bench/ae-rules \
	$(BUILD)/tests/bench/ae-learn

$(BUILD)/tests/bench/ae-load: $(patsubst tests/bench/%.c,$(BUILD)/tests/bench/%.o,tests/bench/http.c $(wildcard tests/bench/load*.c)) $(BUILD)/libaecommon.a
$(BUILD)/tests/bench/ae-seed: $(BUILD)/tests/bench/seed.o $(BUILD)/services/analytics.a $(BUILD)/libaecommon.a
$(BUILD)/tests/bench/ae-mail: $(BUILD)/tests/bench/mail.o
$(BUILD)/tests/bench/ae-rules: $(BUILD)/tests/bench/rules.o $(BUILD)/libaecommon.a
$(BUILD)/tests/bench/ae-learn: $(BUILD)/tests/bench/learn.o $(BUILD)/libaelearn.a
$(BUILD)/tests/bench/ae-learn: BENCH_LIBS = $(LEARN_LIBS)
$(BENCH_PROGRAMS):
	@echo "  LD    $@"
	@$(CC) $(SANFLAGS) $(LDFLAGS) $^ $(PKG_LIBS) $(BENCH_LIBS) -o $@
-include $(wildcard $(BUILD)/tests/bench/*.d)
$(patsubst tests/bench/%.c,$(BUILD)/tests/bench/%.o,$(wildcard tests/bench/*.c)): | generated

bench-programs: $(BENCH_PROGRAMS)
.PHONY: bench-programs
