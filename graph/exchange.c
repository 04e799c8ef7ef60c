/* Faults, which wait for somebody to report them. */
#include "graph/exchange.h"

#include <stdarg.h>
#include <stdio.h>

void tf1c_fault_set(tf1c_fault *f, tf_status code, const char *format, ...)
{
    va_list args;
    *f = (tf1c_fault){ .code = code };
    va_start(args, format);
    vsnprintf(f->message, sizeof f->message, format, args);
    va_end(args);
}

void tf1c_fault_take(tf1c_fault *f)
{
    const tf_error *e = tf_last_error();
    *f = (tf1c_fault){ .code = e->code, .where = e->where };
    snprintf(f->op, sizeof f->op, "%s", e->op ? e->op : "");
    snprintf(f->message, sizeof f->message, "%s", e->message);
}

tf_status tf1c_fault_report(const tf1c_fault *f, const tf_operation *op)
{
    return tf_fail(f->code, f->where.file ? f->where : op->here, *f->op ? f->op : op->name, "%s", f->message);
}

bool tf1c_is_constant(tf_tensor t, tf_ndarray *value)
{
    const bool is = t.op && t.op->def == tf1c_basic.constant;
    if (is)
        *value = ((const tf1c_const_attrs *)t.op->attrs)->value;
    return is;
}
