COMMON_OBJECTS := $(patsubst %.c,$(BUILD)/%.o,$(wildcard common/*.c))
