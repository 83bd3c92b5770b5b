/*
 * openapi.c - the OpenAPI document inside the program, so that an installed one needs no file
 */
#include "services/gateway/gateway.h"

__asm__(".section .rodata\n"
	".global openapi_text\n"
	"openapi_text:\n"
	".incbin \"gen/proto/openapi.json\"\n"
	"openapi_end:\n"
	".byte 0\n"
	".balign 8\n"
	".global openapi_length\n"
	"openapi_length:\n"
	".quad openapi_end - openapi_text\n"
	".previous\n");
