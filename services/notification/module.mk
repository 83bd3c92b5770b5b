MODULES += ae-notification=notification
NOTIFICATION_TEXTS := $(wildcard services/notification/templates/*.json services/notification/templates/parts/*)
NOTIFICATION_PAGES := $(wildcard services/notification/pages/* services/notification/pages/*/*)
GENERATED += $(BUILD)/gen/notification_texts.h $(BUILD)/gen/notification_pages.h
$(BUILD)/gen/notification_texts.h: services/notification/embed.py $(NOTIFICATION_TEXTS)
	@mkdir -p $(@D)
	@echo "  GEN   notification templates"
	@$(PYTHON) $< services/notification $@
$(BUILD)/gen/notification_pages.h: common/embed_pages.py $(NOTIFICATION_PAGES)
	@mkdir -p $(@D)
	@echo "  GEN   notification pages"
	@$(PYTHON) $< services/notification/pages notification_pages $@
