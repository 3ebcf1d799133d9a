/* A pattern's field is read into one struct, whatever its notation, and laid out by one function.
 * Widths are bounded: a pattern must not be able to ask for gigabytes. */
#include "format.h"
#include "letter.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { WIDEST = 4096 };

struct field {
	uint32_t fill;                   /* a letter */
	char align, sign, type;          /* align: < > ^ = or 0; sign: + blank or - */
	bool alternate, group;           /* # and , */
	int width, precision;            /* precision −1: none */
};

static int read_number(struct slice s, size_t *i) {
	int n = 0;
	for (; *i < s.n && isdigit((unsigned char)s.p[*i]); ++*i)
		if ((n = n * 10 + (s.p[*i] - '0')) > WIDEST)
			raise_error("expression: a format's width or precision is too large");
	return n;
}

/* --- one field --- */

static int64_t integer_of(struct value v, char type) {
	if (v.kind == VALUE_INT)
		return v.integer;
	if (v.kind == VALUE_BOOL)
		return v.truth;
	if (v.kind == VALUE_FLOAT && v.real > -9e18 && v.real < 9e18)
		return (int64_t)v.real;
	raise_error("expression: format %%%c needs a number, not '%s'", type, value_type(v));
}

static double real_of(struct value v, char type) {
	return v.kind == VALUE_FLOAT ? v.real : (double)integer_of(v, type);
}

static void add_digits(struct buf *b, uint64_t n, unsigned base, bool group) {
	char digits[65];
	size_t count = 0;
	do {
		digits[count++] = "0123456789abcdef"[n % base];
		n /= base;
	} while (n);
	while (count--) {
		buf_addc(b, digits[count]);
		if (group && count && count % 3 == 0)
			buf_addc(b, ',');
	}
}

static struct slice integer_text(struct arena *a, struct value v, const struct field *f) {
	int64_t n = integer_of(v, f->type);
	struct buf b = { .arena = a };
	uint64_t magnitude = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	if (n < 0 || f->sign == '+' || f->sign == ' ')
		buf_addc(&b, n < 0 ? '-' : f->sign);
	unsigned base = f->type == 'x' || f->type == 'X' ? 16
			: f->type == 'o'		 ? 8
			: f->type == 'b'		 ? 2
							 : 10;
	if (f->alternate && base != 10)
		buf_addf(&b, "0%c", f->type);
	size_t start = b.n;
	add_digits(&b, magnitude, base, f->group);
	for (size_t i = start; f->type == 'X' && i < b.n; i++)
		b.p[i] = (char)toupper((unsigned char)b.p[i]);
	return buf_slice(&b);
}

static struct slice real_text(struct arena *a, struct value v, const struct field *f) {
	char pattern[16], digits[WIDEST + 400];
	snprintf(pattern, sizeof pattern, "%%%s.*%c",
			f->sign == '+'			 ? "+"
					: f->sign == ' ' ? " "
							 : "",
			f->type == '%' ? 'f' : f->type);
	double real = real_of(v, f->type) * (f->type == '%' ? 100 : 1);
	snprintf(digits, sizeof digits, pattern, f->precision < 0 ? 6 : f->precision, real);
	return arena_printf(a, "%s%s", digits, f->type == '%' ? "%" : "");
}

static struct slice field_text(struct arena *a, struct value v, const struct field *f) {
	if (f->type && strchr("diuxXob", f->type))
		return integer_text(a, v, f);
	if (f->type && strchr("eEfFgG%", f->type))
		return real_text(a, v, f);
	if (f->type == 'c' && v.kind != VALUE_TEXT) {
		struct buf b = { .arena = a };
		letter_add(&b, (uint32_t)integer_of(v, 'c'));
		return buf_slice(&b);
	}
	struct slice text = f->type == 'r' || f->type == 'a' ? value_repr(a, v) : value_str(a, v);
	return f->precision < 0 ? text : slice_sub(text, 0, letter_at(text, (size_t)f->precision));
}

static void add_fill(struct buf *b, uint32_t fill, size_t n) {
	while (n--)
		letter_add(b, fill);
}

static void add_field(struct buf *out, struct value v, const struct field *f) {
	struct slice text = field_text(out->arena, v, f);
	size_t width = (size_t)f->width, n = letter_count(text);
	size_t missing = n < width ? width - n : 0;
	size_t before = f->align == '<' ? 0 : f->align == '^' ? missing / 2 : missing;
	if (f->align == '=') {               /* between sign and digits */
		size_t sign = text.n && strchr("+- ", text.p[0]) ? 1 : 0;
		buf_add(out, slice_sub(text, 0, sign));
		text = slice_sub(text, sign, text.n);
	}
	add_fill(out, f->fill, before);
	buf_add(out, text);
	add_fill(out, f->fill, missing - before);
}

/* --- % --- */

struct percent {
	struct arena *arena;
	struct slice pattern;
	size_t at;
	struct value args;
	size_t used;             /* of a tuple's elements */
};

static struct value next_argument(struct percent *p) {
	bool tuple = p->args.kind == VALUE_TUPLE;
	size_t n = tuple ? p->args.list->n : 1;
	if (p->used >= n)
		raise_error("expression: not enough arguments for the format: " SFMT,
				SARG(p->pattern));
	p->used++;
	return tuple ? p->args.list->v[p->used - 1] : p->args;
}

static struct value named_argument(struct percent *p) {
	size_t from = ++p->at;
	while (p->at < p->pattern.n && p->pattern.p[p->at] != ')')
		p->at++;
	struct slice name = slice_sub(p->pattern, from, p->at);
	p->at += p->at < p->pattern.n;
	if (p->args.kind != VALUE_DICT)
		raise_error("expression: format %%(" SFMT ") needs a dict", SARG(name));
	p->used = 1;
	return value_index(p->arena, p->args, value_text(name));
}

static char at(const struct percent *p) {
	return p->at < p->pattern.n ? p->pattern.p[p->at] : '\0';
}

static void read_flags(struct percent *p, struct field *f) {
	for (; at(p) && strchr("-+ 0#", at(p)); p->at++) {
		if (at(p) == '-')
			f->align = '<';
		else if (at(p) == '0' && f->align != '<')
			f->align = '=', f->fill = '0';
		else if (at(p) == '#')
			f->alternate = true;
		else if (at(p) != '0')
			f->sign = at(p);
	}
}

static int star_or_number(struct percent *p) {
	if (at(p) != '*')
		return read_number(p->pattern, &p->at);
	p->at++;
	int64_t n = integer_of(next_argument(p), '*');
	return n < 0 ? 0 : n > WIDEST ? WIDEST : (int)n;
}

static void percent_field(struct percent *p, struct buf *out) {
	struct field f = { .fill = ' ', .align = '>', .precision = -1 };
	struct value v = VALUE_NIL;
	bool named = at(p) == '(';
	if (named)
		v = named_argument(p);
	read_flags(p, &f);
	f.width = star_or_number(p);
	if (at(p) == '.') {
		p->at++;
		f.precision = star_or_number(p);
	}
	f.type = at(p);
	if (!f.type || !strchr("diuxXoeEfFgGcrsa%", f.type))
		raise_error("expression: unknown format in: " SFMT, SARG(p->pattern));
	p->at++;
	if (f.type == '%') {
		buf_addc(out, '%');
		return;
	}
	if (f.align == '=' && strchr("rsac", f.type))
		f.align = '>', f.fill = ' ';
	add_field(out, named ? v : next_argument(p), &f);
}

struct slice format_percent(struct arena *a, struct slice pattern, struct value args) {
	struct percent p = { a, pattern, 0, args, 0 };
	struct buf out = { .arena = a };
	while (p.at < pattern.n) {
		char c = pattern.p[p.at++];
		if (c == '%')
			percent_field(&p, &out);
		else
			buf_addc(&out, c);
	}
	bool unused = args.kind == VALUE_TUPLE ? p.used < args.list->n
						: args.kind != VALUE_DICT && !p.used;
	if (unused)
		raise_error("expression: not all arguments of the format are used: " SFMT,
				SARG(pattern));
	return buf_slice(&out);
}

/* --- {…} --- */

static bool is_number(struct value v) {
	return v.kind == VALUE_INT || v.kind == VALUE_FLOAT || v.kind == VALUE_BOOL;
}

/* [[fill]align][sign][#][0][width][,][.precision][type] */
static struct field read_spec(struct slice s) {
	struct field f = { .fill = ' ', .precision = -1 };
	size_t i = 0;
	size_t second = letter_at(s, 1);
	if (second < s.n && s.p[second] && strchr("<>^=", s.p[second]))
		f.fill = letter_next(s, &i);
	if (i < s.n && s.p[i] && strchr("<>^=", s.p[i]))
		f.align = s.p[i++];
	if (i < s.n && s.p[i] && strchr("+- ", s.p[i]))
		f.sign = s.p[i++];
	if (i < s.n && s.p[i] == '#')
		f.alternate = true, i++;
	if (i < s.n && s.p[i] == '0' && !f.align)
		f.fill = '0', f.align = '=', i++;
	f.width = read_number(s, &i);
	if (i < s.n && s.p[i] == ',')
		f.group = true, i++;
	if (i < s.n && s.p[i] == '.') {
		i++;
		f.precision = read_number(s, &i);
	}
	if (i < s.n)
		f.type = s.p[i++];
	if (i < s.n || (f.type && !strchr("diuxXobeEfFgGcs%", f.type)))
		raise_error("expression: unknown format spec: " SFMT, SARG(s));
	return f;
}

struct slice format_value(struct arena *a, struct value v, char conversion, struct slice spec) {
	if (conversion && !strchr("rsa", conversion))
		raise_error("expression: unknown conversion !%c", conversion);
	if (conversion)
		v = value_text(conversion == 's' ? value_str(a, v) : value_repr(a, v));
	struct field f = read_spec(spec);
	if (!f.align)
		f.align = is_number(v) ? '>' : '<';
	if (!f.type && v.kind == VALUE_INT && (f.group || f.sign))
		f.type = 'd';
	if (!f.type && v.kind == VALUE_FLOAT && f.precision >= 0)
		f.type = 'g';
	struct buf out = { .arena = a };
	add_field(&out, v, &f);
	return buf_slice(&out);
}

struct braces {
	struct arena *arena;
	const struct value_list *args;
	struct value named;
	size_t next;             /* of the fields without a name */
};

/* name, then .attr or [key] steps; only [key] makes sense for our values. */
static struct value braces_argument(struct braces *b, struct slice field) {
	size_t n = 0;
	while (n < field.n && field.p[n] != '[' && field.p[n] != '.')
		n++;
	struct slice name = slice_sub(field, 0, n);
	struct value v;
	if (!name.n || isdigit((unsigned char)name.p[0])) {
		size_t digits = 0;
		size_t index = name.n ? (size_t)read_number(name, &digits) : b->next++;
		if (index >= b->args->n)
			raise_error("expression: format(): no argument number %zu", index);
		v = b->args->v[index];
	} else {
		v = value_index(b->arena, b->named, value_text(name));
	}
	while (n < field.n && field.p[n] == '[') {
		size_t from = ++n, digits = from;
		while (n < field.n && field.p[n] != ']')
			n++;
		struct slice key = slice_sub(field, from, n++);
		bool number = key.n && isdigit((unsigned char)key.p[0]);
		v = value_index(b->arena, v,
				number ? value_int(read_number(field, &digits)) : value_text(key));
	}
	if (n < field.n)
		raise_error("expression: format(): cannot read field: " SFMT, SARG(field));
	return v;
}

static void add_braces_field(struct braces *b, struct slice field, struct buf *out) {
	size_t bang, colon;
	struct slice spec = SLICE("");
	char conversion = 0;
	if (slice_find(field, ":", &colon)) {
		spec = slice_sub(field, colon + 1, field.n);
		field = slice_sub(field, 0, colon);
	}
	if (slice_find(field, "!", &bang) && bang + 1 < field.n) {
		conversion = field.p[bang + 1];
		field = slice_sub(field, 0, bang);
	}
	buf_add(out, format_value(b->arena, braces_argument(b, field), conversion, spec));
}

struct slice format_braces(struct arena *a, struct slice s, const struct value_list *args,
		struct value named) {
	struct braces b = { a, args, named, 0 };
	struct buf out = { .arena = a };
	for (size_t i = 0; i < s.n; i++) {
		bool doubled = i + 1 < s.n && s.p[i + 1] == s.p[i];
		if (s.p[i] != '{' && s.p[i] != '}') {
			buf_addc(&out, s.p[i]);
		} else if (doubled) {
			buf_addc(&out, s.p[i++]);
		} else {
			size_t from = i + 1;
			while (s.p[i] == '{' && from < s.n && s.p[from] != '}')
				from++;
			if (s.p[i] == '}' || from >= s.n)
				raise_error("expression: format(): unbalanced brace in: " SFMT,
						SARG(s));
			add_braces_field(&b, slice_sub(s, i + 1, from), &out);
			i = from;
		}
	}
	return buf_slice(&out);
}
