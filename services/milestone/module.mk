MODULES += ae-milestone=milestone
MILESTONE_DEFINITIONS := $(wildcard services/milestone/definitions/*.json)
GENERATED += $(BUILD)/gen/milestone_definitions.h
$(BUILD)/gen/milestone_definitions.h: services/milestone/embed.py $(MILESTONE_DEFINITIONS)
	@mkdir -p $(@D)
	@echo "  GEN   milestone definitions"
	@$(PYTHON) $< services/milestone/definitions $@
