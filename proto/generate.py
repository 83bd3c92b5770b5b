#!/usr/bin/python3
"""Makes C tables, the OpenAPI document and the AsyncAPI document from proto/.

usage: generate.py OUTPUT_FOLDER

From operations.toml: operations.c (the rows of common/operation.h), one <service>.h per service
(input structs and handler prototypes), openapi.json. From events/*.schema.json: event_schemas.c
(the rows of common/schema.h) and asyncapi.json. From facts.toml: facts.c (the rows of
common/member_facts.h). Only Python's own library is needed.
"""
import json
import pathlib
import re
import sys
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
UNITS = {"ms": 1_000, "s": 1_000_000, "min": 60_000_000}
C_TYPE = {"text": "const char *", "member": "const char *", "currency": "const char *", "integer": "int64_t ",
          "enum": "int ", "day": "day ", "boolean": "bool "}
MEMBER_PATTERN = "^[A-Za-z0-9._:@-]{1,64}$"
NOTE = "/* Made by proto/generate.py: change the declaration instead. */\n"


def fail(message):
    sys.exit(f"proto/generate.py: {message}")


def c_text(value):
    return "NULL" if value is None else json.dumps(value)


def microseconds(text):
    number, unit = re.fullmatch(r"(\d+)(ms|s|min)", text).groups()
    return int(number) * UNITS[unit]


def read_operations():
    with open(HERE / "operations.toml", "rb") as f:
        table = tomllib.load(f)
    for name, op in table.items():
        op.setdefault("flags", [])
        op.setdefault("timeout", "2s")
        op.setdefault("parameters", {})
        in_path = re.findall(r"{(\w+)}", op["path"])
        declared = [n for n, p in op["parameters"].items() if p["in"] == "path"]
        if sorted(in_path) != sorted(declared):
            fail(f"{name}: path names {in_path}, parameters declare {declared}")
        for pname, p in op["parameters"].items():
            p["required"] = p.get("required", p["in"] == "path")
            if p["type"] not in C_TYPE:
                fail(f"{name}.{pname}: unknown type {p['type']}")
    return dict(sorted(table.items(), key=lambda item: (item[1]["path"], item[1]["method"])))


# --- C: operations ---------------------------------------------------------------------------

def needs_has(p):
    return not p["required"] and "default" not in p and p["type"] in ("integer", "enum", "day", "boolean")


def struct_of(name, op):
    lines = [f"struct {name}_in {{"]
    for pname, p in op["parameters"].items():
        lines.append(f"\t{C_TYPE[p['type']]}{pname};")
    for pname, p in op["parameters"].items():
        if needs_has(p):
            lines.append(f"\tbool has_{pname};")
    if not op["parameters"]:
        lines.append("\tchar nothing;")
    return "\n".join(lines + ["};"])


def service_header(service, ops):
    guard = f"AE_PROTO_{service.upper()}_H"
    out = [NOTE, f"#ifndef {guard}", f"#define {guard}", "", '#include "common/daemon.h"', ""]
    for name, op in ops.items():
        out.append(f"/* {op['method']} {op['path']} - {op['summary']} */")
        out.append(struct_of(name, op))
        for pname, p in op["parameters"].items():
            if p["type"] == "enum":
                values = ", ".join(f"{name}_{pname}_{v}".upper() for v in p["values"])
                out.append(f"enum {{ {values} }};")
        out.append(f"extern const struct operation operation_{name};")
        if "batched" in op["flags"]:
            out.append(f"void {name}(struct daemon *d, struct request **requests, size_t count);")
            out.append(f"#define HANDLE_{name} {{&operation_{name}, NULL, {name}}}")
        else:
            out.append(f"reply {name}(struct request *req, const struct {name}_in *in);")
            out.append(f"static inline reply call_{name}(struct request *req, const void *in)\n"
                       f"{{\n\treturn {name}(req, in);\n}}")
            out.append(f"#define HANDLE_{name} {{&operation_{name}, call_{name}, NULL}}")
        out.append("")
    out.append(f"#endif\n")
    return "\n".join(out)


def parameter_rows(name, op):
    rows = []
    for pname, p in op["parameters"].items():
        values = "NULL"
        if p["type"] == "enum":
            values = f"{name}_{pname}_values"
        low, high = p.get("min", "INT64_MIN"), p.get("max", "INT64_MAX")
        if p["type"] == "text":
            low, high = p.get("min", 1), p.get("max", 200)
        has = f"offsetof(struct {name}_in, has_{pname})" if needs_has(p) else "0"
        rows.append(f"\t{{{c_text(pname)}, IN_{p['in'].upper()}, PARAMETER_{p['type'].upper()}, "
                    f"{str(p['required']).lower()}, {c_text(p.get('default'))}, {low}, {high}, {values}, "
                    f"offsetof(struct {name}_in, {pname}), {has}}},")
    return rows


def operations_c(table):
    services = sorted({op["service"] for op in table.values()})
    out = [NOTE, "#include <stddef.h>"] + [f'#include "gen/proto/{s}.h"' for s in services] + [""]
    for name, op in table.items():
        for pname, p in op["parameters"].items():
            if p["type"] == "enum":
                values = ", ".join(c_text(v) for v in p["values"])
                out.append(f"static const char *const {name}_{pname}_values[] = {{{values}, NULL}};")
        checked = "content" in op and "content_type" not in op  # pages say so in a page
        if checked:
            kinds = ", ".join(c_text(c) for c in op["content"])
            out.append(f"static const char *const {name}_content[] = {{{kinds}, NULL}};")
        rows = parameter_rows(name, op)
        if rows:
            out += [f"static const struct parameter {name}_parameters[] = {{"] + rows + ["};"]
        roles = " | ".join("ROLE_" + r.upper() for r in op["roles"])
        flags = " | ".join("OPERATION_" + f.upper() for f in op["flags"]) or "0"
        params = f"{name}_parameters" if rows else "NULL"
        content = f"{name}_content" if checked else "NULL"
        out.append(f"const struct operation operation_{name} = {{{c_text(name)}, {c_text(op['service'])}, "
                   f"{c_text(op['method'])}, {c_text(op['path'])}, {roles}, {flags}, "
                   f"{microseconds(op['timeout'])}, {op.get('body_limit', 0)}, {c_text(op['summary'])}, "
                   f"sizeof(struct {name}_in), {len(rows)}, {params}, {content}}};")
        out.append("")
    out.append("const struct operation *const operations[] = {")
    out += [f"\t&operation_{name}," for name in table]
    out += ["};", f"const size_t operation_count = {len(table)};", ""]
    return "\n".join(out)


# --- OpenAPI ---------------------------------------------------------------------------------

def parameter_schema(p):
    schema = {"text": {"type": "string", "minLength": p.get("min", 1), "maxLength": p.get("max", 200)},
              "member": {"type": "string", "pattern": MEMBER_PATTERN},
              "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
              "integer": {"type": "integer", "format": "int64"},
              "enum": {"type": "string", "enum": p.get("values")},
              "day": {"type": "string", "format": "date"},
              "boolean": {"type": "boolean"}}[p["type"]]
    if p["type"] == "integer":
        schema |= {k2: p[k] for k, k2 in (("min", "minimum"), ("max", "maximum")) if k in p}
    if "default" in p:
        schema["default"] = int(p["default"]) if p["type"] == "integer" else p["default"]
    return schema


def reference(name):
    return {"type": "object"} if name == "object" else {"$ref": f"#/components/schemas/{name}"}


def problem(description):
    return {"description": description,
            "content": {"application/problem+json": {"schema": reference("Problem")}}}


def responses_of(op):
    kind = op.get("content_type", "application/json")
    schema = {"type": "string"} if "content_type" in op else reference(op.get("reply", "object"))
    out = {str(op.get("status", 200)): {"description": "Done", "content": {kind: {"schema": schema}}}}
    out["400"] = problem("The request cannot be read, or a parameter is not valid")
    if "anyone" not in op["roles"]:
        out["401"] = problem("No valid bearer token")
        out["403"] = problem("The role does not allow this")
    if any(p["in"] == "path" for p in op["parameters"].values()):
        out["404"] = problem("No such member or thing, or not yours to see")
    if op.get("body_limit"):
        out["413"] = problem("The body is too large")
        out["415"] = problem("The content type is not understood")
    if "planned" in op["flags"]:
        out["501"] = problem("Not offered by this release")
    out["503"] = problem("Not available for the moment; see Retry-After")
    return out


def openapi(table, schemas):
    paths = {}
    for name, op in table.items():
        entry = {"operationId": name, "summary": op["summary"], "tags": [op["service"]],
                 "responses": responses_of(op)}
        if "anyone" in op["roles"]:
            entry["security"] = []
        else:
            entry["description"] = "Roles: " + ", ".join(op["roles"]) + "."
        if op["parameters"]:
            entry["parameters"] = [{"name": n, "in": p["in"], "required": p["required"],
                                    "description": p["help"], "schema": parameter_schema(p)}
                                   for n, p in op["parameters"].items()]
        if op.get("body_limit"):
            body = reference(op.get("body", "object"))
            entry["requestBody"] = {"required": True, "content": {c: {"schema": body} for c in op["content"]}}
        paths.setdefault(op["path"], {})[op["method"].lower()] = entry
    return {"openapi": "3.1.1",
            "info": {"title": "Analytics & Engagement", "version": "1.0.0",
                     "description": "The layer above a loyalty programme that understands and speaks.",
                     "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
            "servers": [{"url": "/"}], "security": [{"bearer": []}], "paths": paths,
            "components": {"schemas": schemas, "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}}}


# --- events ----------------------------------------------------------------------------------

KIND = {"string": "SCHEMA_TEXT", "integer": "SCHEMA_INTEGER", "number": "SCHEMA_REAL",
        "boolean": "SCHEMA_BOOLEAN", "object": "SCHEMA_OBJECT", "array": "SCHEMA_ARRAY"}
FORMAT = {None: "FORMAT_ANY", "date-time": "FORMAT_INSTANT", "date": "FORMAT_DAY"}
PATTERN = {None: None, MEMBER_PATTERN: "FORMAT_MEMBER", "^[A-Z]{3}$": "FORMAT_CURRENCY"}


class SchemaTable:
    """Rows of struct schema, children after their parents, every row reached by name."""

    def __init__(self):
        self.lines = []

    def add(self, symbol, schema, name=None, required=False):
        unknown = set(schema) - {"$schema", "$id", "title", "description", "type", "required", "properties",
                                 "items", "enum", "pattern", "format", "minimum", "maximum", "minLength",
                                 "maxLength", "maxItems", "default", "examples"}
        if unknown:
            fail(f"{symbol}: keywords that the validator does not know: {unknown}")
        children = "NULL"
        count = 0
        if schema["type"] == "object" and schema.get("properties"):
            rows = [self.row(f"{symbol}_{n}", s, n, n in schema.get("required", []))
                    for n, s in schema["properties"].items()]
            count = len(rows)
            children = f"{symbol}_fields"
            self.lines.append(f"static const struct schema {children}[] = {{\n" + "\n".join(rows) + "\n};")
        elif schema["type"] == "array":
            children, count = f"{symbol}_item", 1
            row = self.row(f"{symbol}_each", schema["items"], None, False)
            self.lines.append(f"static const struct schema {children}[] = {{\n{row}\n}};")
        values = "NULL"
        if "enum" in schema:
            values = f"{symbol}_values"
            listed = ", ".join(c_text(v) for v in schema["enum"])
            self.lines.append(f"static const char *const {values}[] = {{{listed}, NULL}};")
        return children, count, values

    def row(self, symbol, schema, name, required):
        children, count, values = self.add(symbol, schema, name, required)
        if schema["type"] == "string":
            low, high = schema.get("minLength", 0), schema.get("maxLength", 1024)
        elif schema["type"] == "array":
            low, high = 0, schema.get("maxItems", 1000)
        else:
            low, high = schema.get("minimum", "INT64_MIN"), schema.get("maximum", "INT64_MAX")
        shape = PATTERN[schema.get("pattern")] or FORMAT[schema.get("format")]
        return (f"\t{{{c_text(name)}, {KIND[schema['type']]}, {str(required).lower()}, {shape}, {low}, {high}, "
                f"{values}, {children}, {count}}},")


def read_events():
    events = {}
    for path in sorted((HERE / "events").glob("*.schema.json")):
        schema = json.loads(path.read_text())
        events[schema["title"]] = schema
    return events


def events_c(events):
    table = SchemaTable()
    rows = [table.row(f"s{i}", s, name, True) for i, (name, s) in enumerate(events.items())]
    return "\n".join([NOTE, '#include "common/schema.h"', ""] + table.lines +
                     ["", "const struct schema event_schemas[] = {"] + rows +
                     ["};", f"const size_t event_schema_count = {len(events)};", ""])


def published(schema):
    """Our own events are described but never taken in from outside."""
    return "published by this system" in schema["description"]


def asyncapi(events):
    messages = {name: {"name": name, "contentType": "application/cloudevents+json",
                       "payload": {"schemaFormat": "application/schema+json;version=draft-2020-12",
                                   "schema": schema}} for name, schema in events.items()}
    outbound = [n for n, s in events.items() if published(s)]
    channel = {"address": "events", "messages": {n: {"$ref": f"#/components/messages/{n}"} for n in events}}

    def refs(names):
        return [{"$ref": f"#/channels/events/messages/{n}"} for n in names]
    return {"asyncapi": "3.0.0", "info": {"title": "Analytics & Engagement events", "version": "1.0.0"},
            "channels": {"events": channel},
            "operations": {
                "takeIn": {"action": "receive", "channel": {"$ref": "#/channels/events"},
                           "messages": refs([n for n in events if n not in outbound])},
                "publish": {"action": "send", "channel": {"$ref": "#/channels/events"},
                            "messages": refs(outbound)}},
            "components": {"messages": messages}}


# --- facts -----------------------------------------------------------------------------------

# How a fact moves while nothing happens: see enum fact_moves.
FACT_MOVES = ("anyhow", "not", "up", "down", "falls", "returns")
# A fact's type and what Python reads an example of it as.
FACT_TYPE = {"text": str, "integer": int, "number": (int, float), "instant": str, "date": str, "object": dict, "array": list}


def read_facts():
    with open(HERE / "facts.toml", "rb") as f:
        facts = tomllib.load(f)
    for name, fact in facts.items():
        unknown = set(fact) - {"type", "nullable", "unit", "meaning", "owner", "column", "moves", "example"}
        missing = {"type", "meaning", "owner", "example"} - set(fact)
        if unknown or missing or not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            fail(f"facts.toml: {name}: unknown {unknown}, missing {missing}, or no such name")
        if not isinstance(fact["example"], FACT_TYPE[fact["type"]]):
            fail(f"facts.toml: {name}: the example is no {fact['type']}")
        fact.setdefault("moves", "not" if fact.get("column") else "anyhow")
        if fact["moves"] not in FACT_MOVES or fact["moves"] not in ("anyhow", "not") and fact["type"] not in ("integer", "number"):
            fail(f"facts.toml: {name}: it cannot move like {fact['moves']}")
        for key, default in (("nullable", False), ("unit", ""), ("column", False)):
            fact.setdefault(key, default)
    return facts


def facts_c(facts):
    columns = [name for name, fact in facts.items() if fact["column"]]
    rows = []
    for name, fact in facts.items():
        column = columns.index(name) if fact["column"] else -1
        texts = ", ".join(c_text(fact[k]) for k in ("unit", "meaning", "owner"))
        example = c_text(json.dumps(fact["example"]))
        rows.append(f"\t{{{c_text(name)}, FACT_{fact['type'].upper()}, {str(fact['nullable']).lower()}, {texts}, {example}, {column}, MOVES_{fact['moves'].upper()}}},")
    return "\n".join([NOTE, '#include "common/member_facts.h"', "", "const struct fact fact_table[] = {"] + rows +
                     ["};", f"const size_t fact_count = {len(facts)};", ""])


def main():
    if len(sys.argv) != 2:
        fail("usage: generate.py OUTPUT_FOLDER")
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    table = read_operations()
    events = read_events()
    schemas = json.loads((HERE / "replies.json").read_text())
    (out / "operations.c").write_text(operations_c(table))
    inbound = {n: s for n, s in events.items() if not published(s)}
    (out / "event_schemas.c").write_text(events_c(inbound))
    (out / "facts.c").write_text(facts_c(read_facts()))
    for service in sorted({op["service"] for op in table.values()}):
        (out / f"{service}.h").write_text(
            service_header(service, {n: op for n, op in table.items() if op["service"] == service}))
    (out / "openapi.json").write_text(json.dumps(openapi(table, schemas), indent=1) + "\n")
    (out / "asyncapi.json").write_text(json.dumps(asyncapi(events), indent=1) + "\n")


if __name__ == "__main__":
    main()
