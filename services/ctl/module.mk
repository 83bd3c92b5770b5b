MODULES += aectl=ctl
# Models are verified to their last step, which is to score their own test.
aectl_ARCHIVES := $(BUILD)/libaelearn.a
aectl_LIBS      = $(XGBOOST_LIBS)

# The migrations travel inside aectl.
GENERATED += $(BUILD)/gen/migrations.h
$(BUILD)/gen/migrations.h: sql/embed_migrations.py $(wildcard sql/migrations/*.sql) sql/migrations
	@mkdir -p $(@D)
	@echo "  GEN   migrations"
	@$(PYTHON) sql/embed_migrations.py sql/migrations $@

# The sample lies where aectl looks for it, seen from the programs: ../share/ae/.
RETAIL_SAMPLE := $(firstword $(wildcard services/ctl/sample/*.csv.gz))
ifneq ($(RETAIL_SAMPLE),)
programs: $(BUILD)/share/ae/retail.csv.gz
$(BUILD)/share/ae/retail.csv.gz: $(RETAIL_SAMPLE)
	@mkdir -p $(@D)
	@cp $< $@
endif
