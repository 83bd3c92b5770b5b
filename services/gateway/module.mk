MODULES += ae-gateway=gateway

# The document is assembled into the program (openapi.c).
$(BUILD)/services/gateway/openapi.o: $(BUILD)/gen/proto/openapi.json
$(BUILD)/gen/proto/openapi.json: $(PROTO_STAMP) ;
