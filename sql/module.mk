# Each folder of sql/queries/ becomes build/gen/sql/<folder>.h: an enum of names and a table of texts.
# A daemon's table begins with the statements of common/, so that the library's names hold everywhere.
SQL_FOLDERS := $(filter-out common,$(notdir $(wildcard sql/queries/*)))
SQL_HEADERS := $(patsubst %,$(BUILD)/gen/sql/%.h,common $(SQL_FOLDERS))
GENERATED   += $(SQL_HEADERS)

$(BUILD)/gen/sql/%.h: sql/embed.py sql/queries/common $(wildcard sql/queries/*/*.sql) $(wildcard sql/queries/*)
	@mkdir -p $(@D)
	@echo "  GEN   sql/$*"
	@$(PYTHON) sql/embed.py sql/queries $* $@
