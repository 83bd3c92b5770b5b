# Models and what they are made with: a library of its own, so that only those who learn or predict link
# OpenBLAS and XGBoost. It knows no business word.
LEARN_OBJECTS := $(patsubst %.c,$(BUILD)/%.o,$(wildcard common/learn/*.c))
XGBOOST_LIBS  := -lxgboost
LEARN_LIBS     = $(eval LEARN_LIBS := $$(shell pkg-config --libs openblas lapacke nlopt) $$(XGBOOST_LIBS))$(LEARN_LIBS)
$(LEARN_OBJECTS): | generated
$(BUILD)/libaelearn.a: $(LEARN_OBJECTS)
	@echo "  AR    $@"
	@rm -f $@ && $(AR) rcs $@ $^
-include $(LEARN_OBJECTS:.o=.d)
