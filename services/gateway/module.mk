MODULES += ae-gateway=gateway

# The document is assembled into the program (openapi.c).
$(BUILD)/services/gateway/openapi.o: $(BUILD)/gen/proto/openapi.json
$(BUILD)/gen/proto/openapi.json: $(PROTO_STAMP) ;

# A service with no sense, for the tests of the gateway.
PROGRAMS += $(BUILD)/tests/lib/echo_daemon
$(BUILD)/tests/lib/echo_daemon: $(BUILD)/tests/lib/echo_daemon.o $(BUILD)/libaecommon.a
	@echo "  LD    $@"
	@$(CC) $(SANFLAGS) $(LDFLAGS) $^ $(PKG_LIBS) -o $@
-include $(BUILD)/tests/lib/echo_daemon.d
