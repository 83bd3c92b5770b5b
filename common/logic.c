/*
 * logic.c - JsonLogic: a rule is checked once into nodes, and its nodes are evaluated
 *
 * Recursion is bounded by the rule's own depth: data is never run. What the operators do is in
 * logic_operators.c and the files it names, what values are in logic_value.h.
 */
#include <math.h>
#include <string.h>
#include <talloc.h>

#include "common/logic_run.h"

enum {
	DEFAULT_STEPS = 10000,
	DEFAULT_VALUES = 100000,
	DEFAULT_BYTES = 1 << 20,
	WRITER_DEPTH = 2 * JSON_DEPTH_MAX, /* deeper trees cannot be written */
	FAULT_BYTES = 400,
	FEW = 4
};

/* One line that may be printed anywhere: a hostile rule has line ends and megabytes in its names. */
static const char *fault_text(const void *parent, const struct json *where, const char *fault)
{
	void *scratch = talloc_new(NULL);
	const char *pointer = json_pointer(scratch, where), *more = "";
	size_t length = strlen(pointer);
	char *text, *p;

	if (length > FAULT_BYTES) {
		more = "...";
		for (length = FAULT_BYTES; ((unsigned char)pointer[length] & 0xC0) == 0x80; length--)
			;
	}
	if (length == 0)
		text = talloc_asprintf(parent, "the whole rule: %s", fault);
	else
		text = talloc_asprintf(parent, "%.*s%s: %s", (int)length, pointer, more, fault);
	for (p = text; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7F)
			*p = '?';
	talloc_free(scratch);
	return text;
}

/* Refuses unless the operator takes so many arguments. */
static const char *arguments_fault(const void *parent, const struct logic_operator *o, size_t count)
{
	const char *s = o->least == 1 ? "" : "s";

	if (count >= (size_t)o->least && (o->most == ANY_NUMBER || count <= (size_t)o->most))
		return NULL;
	if (o->most == ANY_NUMBER)
		return talloc_asprintf(parent, "wants at least %d argument%s, has %zu", o->least, s, count);
	if (o->most == o->least)
		return talloc_asprintf(parent, "wants %d argument%s, has %zu", o->least, s, count);
	return talloc_asprintf(parent, "wants %d to %d arguments, has %zu", o->least, o->most, count);
}

static const char *operator_fault(const void *parent, struct node *n, const char *name, size_t count)
{
	n->call = operator_find(name);
	if (n->call == NULL)
		return "unknown operator";
	return arguments_fault(parent, n->call, count);
}

/* The first thing that is wrong with a rule. */
struct rule_fault {
	const struct json *where; /* in the rule's copy, or as it was given */
	const char *what;
	size_t around; /* length of the pointer of what it was given in */
};

static bool node_parse(struct logic *l, struct node *n, const struct json *json, struct rule_fault *fault);

/* The nodes of a list's items, or of one value that stands for a list of itself. */
static bool nodes_parse(struct logic *l, struct node *n, const struct json *json, struct rule_fault *fault)
{
	const struct json *child = json->kind == JSON_ARRAY ? json->first : json;
	size_t i;

	n->count = json->kind == JSON_ARRAY ? json->count : 1;
	n->args = talloc_zero_array(l, struct node, n->count);
	for (i = 0; i < n->count; i++, child = child->next)
		if (!node_parse(l, &n->args[i], child, fault))
			return false;
	return true;
}

/* An object with one member is an operator with its arguments; with none or more it is a constant. */
static bool node_parse(struct logic *l, struct node *n, const struct json *json, struct rule_fault *fault)
{
	const struct json *call = json->kind == JSON_OBJECT && json->count == 1 ? json->first : NULL;

	n->json = call ? call : json;
	if (json->kind == JSON_ARRAY) {
		n->list = true;
		return nodes_parse(l, n, json, fault);
	}
	if (call == NULL)
		return true;
	fault->what = operator_fault(l, n, call->name, call->kind == JSON_ARRAY ? call->count : 1);
	fault->where = call;
	return fault->what == NULL && nodes_parse(l, n, call, fault);
}

static bool rule_parse(struct logic *l, const struct json *rule, struct rule_fault *fault)
{
	struct evaluation e = {.memory = l, .rule = rule};

	e.limits = (struct logic_limits){
		.depth = LOGIC_DEPTH_MAX, .values = LOGIC_NODES_MAX, .bytes = DEFAULT_BYTES};
	l->rule = value_to_json(&e, l, value_of(rule));
	*fault = (struct rule_fault){e.large, e.fault, e.large ? strlen(json_pointer(l, rule)) : 0};
	return l->rule && node_parse(l, &l->root, l->rule, fault);
}

struct logic *logic_parse(const void *parent, const struct json *rule, const char **error)
{
	struct logic *l = talloc_zero(parent, struct logic);
	struct rule_fault fault;

	if (rule_parse(l, rule, &fault))
		return l;
	*error = fault_text(parent, fault.where, fault.what);
	talloc_free(l);
	return NULL;
}

struct logic *logic_parse_at(const void *parent, const struct json *rule, const char **pointer,
			     const char **fault_out)
{
	struct logic *l = talloc_zero(parent, struct logic);
	struct rule_fault fault;

	if (rule_parse(l, rule, &fault))
		return l;
	*pointer = fault.where ? json_pointer(parent, fault.where) + fault.around : "";
	*fault_out = talloc_strdup(parent, fault.what);
	talloc_free(l);
	return NULL;
}

static struct value list_value(struct evaluation *e, const struct node *n, struct value data)
{
	struct list *list = list_new(e, n->count);
	size_t i;

	for (i = 0; list && i < n->count && !e->fault; i++)
		list_add(list, node_value(e, &n->args[i], data));
	return value_list(e, list);
}

/* Few arguments, which is most, need no memory of their own. */
static struct value operator_value(struct evaluation *e, const struct node *n, struct value data)
{
	struct value few[FEW], *args = few;
	size_t i;

	if (n->call->run_lazily)
		return n->call->run_lazily(e, data, n->args, n->count);
	if (n->count > FEW)
		args = talloc_array(memory_of(e), struct value, n->count);
	for (i = 0; i < n->count && !e->fault; i++)
		args[i] = node_value(e, &n->args[i], data);
	return e->fault ? value_undefined : n->call->run(e, data, args, n->count);
}

struct value node_value(struct evaluation *e, const struct node *n, struct value data)
{
	const struct json *above = e->rule;
	struct value v;

	if (n->call == NULL && !n->list)
		return e->fault ? value_undefined : value_of(n->json);
	e->rule = n->json;
	if (!spend(e, 1))
		return value_undefined;
	v = n->list ? list_value(e, n, data) : operator_value(e, n, data);
	e->rule = above;
	return e->fault ? value_undefined : v;
}

static size_t limit(size_t wanted, size_t fallback)
{
	return wanted ? wanted : fallback;
}

static void begin(struct evaluation *e, const void *parent, const struct logic *l,
		  const struct logic_limits *limits)
{
	static const struct logic_limits none;

	limits = limits ? limits : &none;
	*e = (struct evaluation){.parent = parent, .rule = l->rule};
	e->limits.steps = limit(limits->steps, DEFAULT_STEPS);
	e->limits.depth = limit(limits->depth, JSON_DEPTH_MAX);
	if (e->limits.depth > WRITER_DEPTH)
		e->limits.depth = WRITER_DEPTH;
	e->limits.values = limit(limits->values, DEFAULT_VALUES);
	e->limits.bytes = limit(limits->bytes, DEFAULT_BYTES);
}

/* False after a fault, which is told. */
static bool end(struct evaluation *e, const void *parent, const char **error)
{
	if (e->fault)
		*error = fault_text(parent, e->where, e->fault);
	talloc_free(e->memory);
	return e->fault == NULL;
}

bool node_evaluate(const void *parent, const struct logic *l, const struct node *n, const struct json *data,
		   const struct json **value, const char **error)
{
	struct evaluation e;

	begin(&e, parent, l, NULL);
	*value = value_to_json(&e, parent, node_value(&e, n, value_of(data)));
	return end(&e, parent, error);
}

bool logic_evaluate(const void *parent, const struct logic *l, const struct json *data,
		    const struct logic_limits *limits, const struct json **value, const char **error)
{
	struct evaluation e;

	begin(&e, parent, l, limits);
	*value = value_to_json(&e, parent, node_value(&e, &l->root, value_of(data)));
	return end(&e, parent, error);
}

bool logic_judge(const void *parent, const struct logic *l, const struct json *data,
		 const struct logic_limits *limits, bool *truth, const char **error)
{
	struct evaluation e;
	struct value v;

	begin(&e, parent, l, limits);
	v = node_value(&e, &l->root, value_of(data));
	*truth = value_true(v) && (v.kind != VALUE_NUMBER || isfinite(v.number)); /* an infinity is null */
	return end(&e, parent, error);
}

bool logic_may_be_condition(const struct json *rule)
{
	return rule->kind == JSON_BOOLEAN || (rule->kind == JSON_OBJECT && rule->count == 1);
}

bool logic_true(const struct json *value)
{
	return value_true(value_of(value));
}
