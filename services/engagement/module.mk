MODULES += ae-engagement=engagement
GENERATED += $(BUILD)/gen/engagement_rules.h
$(BUILD)/gen/engagement_rules.h: services/engagement/embed.py $(wildcard services/engagement/rules/*.json)
	@mkdir -p $(@D)
	@echo "  GEN   engagement rules"
	@$(PYTHON) $< services/engagement $@
