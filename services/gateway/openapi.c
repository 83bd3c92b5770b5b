/*
 * openapi.c - the OpenAPI document inside the program, so that an installed one needs no file
 */
#include "services/gateway/gateway.h"

__asm__(".section .rodata\n"
	".global openapi_text\n"
	"openapi_text:\n"
	".incbin \"gen/proto/openapi.json\"\n"
	".global openapi_end\n"
	"openapi_end:\n"
	".byte 0\n"
	".previous\n");
