MODULES += ae-notification=notification
NOTIFICATION_TEXTS := $(wildcard services/notification/templates/*/* services/notification/pages/*)
GENERATED += $(BUILD)/gen/notification_texts.h $(BUILD)/gen/notification_pages.h
$(BUILD)/gen/notification_texts.h: services/notification/embed.py $(NOTIFICATION_TEXTS)
	@mkdir -p $(@D)
	@echo "  GEN   notification templates"
	@$(PYTHON) $< services/notification $@
$(BUILD)/gen/notification_pages.h: services/notification/embed.py $(NOTIFICATION_TEXTS)
	@mkdir -p $(@D)
	@echo "  GEN   notification pages"
	@$(PYTHON) $< services/notification $@ pages
