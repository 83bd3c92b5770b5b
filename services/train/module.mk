MODULES += ae-train=train
ae-train_ARCHIVES := $(BUILD)/libaelearn.a
ae-train_LIBS      = $(LEARN_LIBS)
