# One run of generate.py makes everything under build/gen/proto/.
PROTO_STAMP     := $(BUILD)/gen/proto/.made
GENERATED       += $(PROTO_STAMP)
PROTO_OBJECTS   := $(BUILD)/gen/proto/operations.o $(BUILD)/gen/proto/event_schemas.o $(BUILD)/gen/proto/facts.o

$(PROTO_STAMP): proto/generate.py proto/operations.toml proto/facts.toml proto/replies.json $(wildcard proto/events/*.json)
	@echo "  GEN   proto"
	@$(PYTHON) proto/generate.py $(@D) && touch $@

$(BUILD)/gen/proto/%.c: $(PROTO_STAMP) ;
