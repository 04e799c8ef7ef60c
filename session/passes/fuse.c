/* Elementwise neighbours in the running order, all over one shape, become one node: a small program run tile by tile, whose
 * intermediate values stay in L1 and are written out only if something else reads them. */
#include <string.h>

#include "core/vecmath.h"
#include "graph/kernel.h"
#include "session/passes/pass.h"
#include "session/plan/layout.h"

enum { TILE = 2048, MOST_OPS = 48, MOST_EXTERNAL = 40, MOST_TERMS = 4 };

/* An operand of a step: a tile computed before, or memory. */
typedef struct {
    bool external;
    int index; /* external: input of the node; else the step that computed it */
    int size;  /* bytes an element */
} source;

/* A view as rows × columns, in elements: rows lie `row` from each other; where they come in blocks of `inner` rows, the blocks lie
 * `block` from each other (a value that is the same along a middle axis). */
typedef struct {
    int64_t row, column, inner, block; /* inner 0: no blocks */
} strides2;

typedef struct {
    const tf_op_def *def;
    const char *name;
    const void *attrs;
    tf_strip *strip; /* NULL: the sum of its inputs, or a copy of the one */
    tf_dtype dtype;  /* of the result */
    int n_in;
    source in[MOST_TERMS];
    int out;         /* output of the node where the result is kept; -1: nobody else reads it */
    strides2 stride; /* of that output */
    int tile;        /* else the scratch tile that holds it */
} step;

typedef struct {
    int n_steps, n_tiles, n_external;
    int64_t rows, columns, height; /* height: rows of a tile */
    strides2 *external;            /* of each input */
    step steps[];
} program;

/* ---- the shape as rows and columns ------------------------------------------------------------------------------------- */

/* v, broadcast to `out`, as rows × columns; false if they lie otherwise. */
static bool rows_and_columns(const tf_view *v, const tf_view *out, bool flat, strides2 *s)
{
    tf_view b = *v;
    *s = (strides2){ 0 };
    if (out->rank == 0)
        return true;
    tf1c_broadcast_view(&b, out);
    int split = flat ? out->rank - 1 : 1, set = 0;
    int64_t step = 0;
    for (int i = out->rank - 1; i >= split; i--) { /* columns: the axes behind the split, as one */
        if (b.dims[i] == 1)
            continue;
        if (set && b.strides[i] != step)
            return false;
        if (!set)
            s->column = b.strides[i];
        set = 1;
        step = b.strides[i] * b.dims[i];
    }
    int64_t below = 1; /* rows of the axes so far */
    set = 0;
    for (int i = split - 1; i >= 0; below *= b.dims[i], i--) {
        if (b.dims[i] == 1)
            continue;
        if (set && b.strides[i] != step) {
            if (s->inner)
                return false;
            s->inner = below;
            s->block = b.strides[i];
        }
        if (!set)
            s->row = b.strides[i];
        set = 1;
        step = b.strides[i] * b.dims[i];
    }
    return s->column == 0 || s->column == 1;
}

static void shape_of(const tf_view *out, bool flat, int64_t *rows, int64_t *columns)
{
    int64_t n = tf_view_count(out);
    *rows = out->rank == 0 ? 1 : out->dims[0];
    *columns = *rows ? n / *rows : 0;
    if (flat && out->rank > 1) {
        *columns = out->dims[out->rank - 1];
        *rows = *columns ? n / *columns : 0;
    }
}

/* ---- running -------------------------------------------------------------------------------------------------------------------- */

/* The rows of a tile: `row` bytes from each other, columns side by side. */
typedef struct {
    char *at;
    int64_t row;
} rows;

typedef struct {
    const tf_kernel_ctx *k;
    const program *p;
    int64_t row, n_rows; /* the tile's */
    char *tiles;
    rows result[MOST_OPS];        /* where each step's result is */
    rows loaded[MOST_EXTERNAL];   /* where each input is; at NULL: not looked at yet */
    bool constant[MOST_EXTERNAL]; /* the same for every tile */
} tile_walk;

static void fill_elements(char *to, const char *from, int64_t n, size_t size)
{
    if (size == 4)
        for (int64_t i = 0; i < n; i++)
            ((uint32_t *)to)[i] = *(const uint32_t *)from;
    else if (size == 8)
        for (int64_t i = 0; i < n; i++)
            ((uint64_t *)to)[i] = *(const uint64_t *)from;
    else
        memset(to, *(const unsigned char *)from, (size_t)n);
}

/* How far, in elements, row `i` lies from the first. */
static int64_t row_at(const strides2 *s, int64_t i)
{
    return s->inner ? i / s->inner * s->block + i % s->inner * s->row : i * s->row;
}

/* Input i's rows, where they lie; what is broadcast along columns, or down rows, is written out to a tile. */
static rows load(tile_walk *r, int i)
{
    if (r->loaded[i].at)
        return r->loaded[i];
    const tf_view *v = &r->k->in[i];
    int64_t size = (int64_t)tf_dtype_size(v->dtype), columns = r->p->columns;
    const strides2 *s = &r->p->external[i];
    const char *data = v->data;
    if ((s->column == 1 || columns == 1) && s->row && !s->inner)
        return r->loaded[i] = (rows){ (char *)data + r->row * s->row * size, s->row * size };
    char *tile = r->tiles + (r->p->n_tiles + i) * (int64_t)TILE * 8;
    r->constant[i] = s->row == 0 && !s->inner;
    int64_t height = r->constant[i] ? r->p->height : r->n_rows;
    for (int64_t row = 0; row < height; row++) {
        const char *from = data + row_at(s, r->row + row) * size;
        if (s->column == 1)
            memcpy(tile + row * columns * size, from, (size_t)(columns * size));
        else
            fill_elements(tile + row * columns * size, from, columns, (size_t)size);
    }
    return r->loaded[i] = (rows){ tile, columns * size };
}

static void add_rows(tf_dtype dtype, int64_t n, void *out, const void *a, const void *b)
{
    if (dtype == tf_float32)
        tf1c_vec()->add(n, out, a, b);
    else
        for (int64_t i = 0; i < n; i++)
            ((double *)out)[i] = ((const double *)a)[i] + ((const double *)b)[i];
}

static void run_strip(const step *s, int64_t n, char *to, const void *const *in)
{
    if (s->strip)
        s->strip(n, to, in, s->attrs);
    else if (s->n_in == 1)
        memcpy(to, in[0], (size_t)n * tf_dtype_size(s->dtype));
    else
        for (int j = 1; j < s->n_in; j++)
            add_rows(s->dtype, n, to, j == 1 ? in[0] : to, in[j]);
}

/* One step over the tile: in one go if all its operands lie in one piece, else row by row; a result that is read elsewhere
 * is written straight to its place. */
static void run_step(tile_walk *r, int i)
{
    const step *s = &r->p->steps[i];
    int64_t columns = r->p->columns, size = (int64_t)tf_dtype_size(s->dtype);
    rows in[MOST_TERMS], out = { r->tiles + s->tile * (int64_t)TILE * 8, columns * size };
    if (s->out >= 0) {
        out.row = s->stride.row * size;
        out.at = (char *)r->k->out[s->out].data + r->row * out.row;
    }
    bool whole = out.row == columns * size;
    for (int j = 0; j < s->n_in; j++) {
        in[j] = s->in[j].external ? load(r, s->in[j].index) : r->result[s->in[j].index];
        whole &= in[j].row == columns * (int64_t)s->in[j].size;
    }
    r->result[i] = out;
    int64_t calls = whole || r->n_rows == 1 ? 1 : r->n_rows, n = calls == 1 ? columns * r->n_rows : columns;
    for (int64_t row = 0; row < calls; row++) {
        const void *at[MOST_TERMS];
        for (int j = 0; j < s->n_in; j++)
            at[j] = in[j].at + row * in[j].row;
        run_strip(s, n, out.at + row * out.row, at);
    }
}

static void fused_kernel(tf_kernel_ctx *k)
{
    const program *p = k->attrs;
    tile_walk r;
    r.k = k;
    r.p = p;
    r.tiles = k->scratch;
    memset(r.constant, 0, sizeof r.constant);
    memset(r.loaded, 0, sizeof r.loaded);
    for (r.row = k->begin; p->columns && r.row < k->end; r.row += p->height) {
        int64_t left = k->end - r.row;
        r.n_rows = left < p->height ? left : p->height;
        for (int i = 0; i < p->n_external; i++)
            if (!r.constant[i])
                r.loaded[i].at = NULL;
        for (int i = 0; i < p->n_steps; i++)
            run_step(&r, i);
    }
}

static int64_t fused_units(const tf_kernel_ctx *k) { return ((const program *)k->attrs)->rows; }
static size_t fused_scratch(const tf_kernel_ctx *k)
{
    const program *p = k->attrs;
    return (size_t)(p->n_tiles + p->n_external) * TILE * 8;
}

/* Units along axis 0, as an elementwise op's; or over more axes than one. */
static const tf_op_def fused_op = { .name = "(fused)",
                                    .in = "in:?*",
                                    .out = "out:?*",
                                    .traits = TF_ELEMENTWISE | TF_STRIDED_IN | TF_STRIDED_OUT,
                                    .kernel = fused_kernel,
                                    .units = fused_units,
                                    .scratch = fused_scratch,
                                    .gradient = tf_no_gradient };
static const tf_op_def fused_flat_op = { .name = "(fused)",
                                         .in = "in:?*",
                                         .out = "out:?*",
                                         .traits = TF_STRIDED_IN | TF_STRIDED_OUT,
                                         .kernel = fused_kernel,
                                         .units = fused_units,
                                         .scratch = fused_scratch,
                                         .gradient = tf_no_gradient };

bool ir_fused_step_at(const ir_node *n, int i, ir_fused_step *s)
{
    const program *p = n->attrs;
    if ((n->def != &fused_op && n->def != &fused_flat_op) || i >= p->n_steps)
        return false;
    const step *from = &p->steps[i];
    *s = (ir_fused_step){ .op = from->def ? from->def->name : "copy", .name = from->name, .n_in = from->n_in, .out = from->out };
    for (int j = 0; j < from->n_in; j++)
        s->in[j] = (struct ir_fused_operand){ from->in[j].external, from->in[j].index };
    return true;
}

/* ---- which neighbours ------------------------------------------------------------------------------------------------------------- */

typedef struct {
    ir_node *nodes[MOST_OPS];
    int n;
    bool flat; /* rows are all axes but the last, not the first axis alone */
    int64_t rows, columns;
} chain;

/* Strings are wider than a tile's elements. */
static bool has_strings(const ir_node *n)
{
    for (int i = 0; i < n->n_in; i++)
        if (n->in[i]->view.dtype == tf_string)
            return true;
    return n->n_out && n->out[0].view.dtype == tf_string;
}

static bool is_candidate(const ir_node *n)
{
    if (has_strings(n))
        return false;
    if (n->n_out != 1 || n->n_in < 1 || n->n_in > MOST_TERMS || n->loop || n->branch || n->resource)
        return false;
    if (!n->def)
        return true;
    if (n->def->strips) /* integers may fault (a division by zero), and the report is to name the one that did */
        return TF_FLOATING & TF_DTYPE_BIT(n->T) && n->def->strips[n->T] &&
               !(n->def->traits & (TF_WRITES_REF | TF_SIDE_EFFECT | TF_STATEFUL));
    return n->def->traits & TF_SUM && TF_FLOATING & TF_DTYPE_BIT(n->T) && n->n_in > 1;
}

static bool fits_shape(const ir_node *n, bool flat, int64_t rows, int64_t columns)
{
    int64_t r, c;
    strides2 s;
    const tf_view *out = &n->out[0].view;
    shape_of(out, flat, &r, &c);
    if (r != rows || c != columns || columns > TILE || !rows_and_columns(out, out, flat, &s) || s.inner)
        return false;
    for (int i = 0; i < n->n_in; i++)
        if (!rows_and_columns(&n->in[i]->view, out, flat, &s))
            return false;
    return true;
}

/* What the chain has written may be read only element by element as it was written. */
static bool reads_well(const chain *r, const ir_node *n)
{
    for (int i = 0; i < r->n; i++)
        for (int j = 0; j < n->n_in; j++)
            if (n->in[j]->root == r->nodes[i]->out[0].root && !ir_same_place(n->in[j], &r->nodes[i]->out[0]) && !n->in[j]->known)
                return false;
    for (int i = 0; i < r->n; i++) /* nor may it overwrite what another of the chain reads or writes */
        for (int j = 0; j < r->nodes[i]->n_in; j++)
            if (n->out[0].place == IR_VIEW && r->nodes[i]->in[j]->root == n->out[0].root &&
                !ir_same_place(r->nodes[i]->in[j], &n->out[0]))
                return false;
    return true;
}

static int count_external(const chain *r, const ir_node *more)
{
    int n = more->n_in;
    for (int i = 0; i < r->n; i++)
        n += r->nodes[i]->n_in;
    return n;
}

static bool may_join(const chain *r, const ir_node *n)
{
    if (!is_candidate(n) || r->n == MOST_OPS || count_external(r, n) > MOST_EXTERNAL)
        return false;
    return ir_same_dims(&r->nodes[0]->out[0].view, &n->out[0].view) && fits_shape(n, r->flat, r->rows, r->columns) &&
           reads_well(r, n);
}

static bool may_start(chain *r, const ir_node *n)
{
    if (!is_candidate(n) || tf_view_count(&n->out[0].view) == 0)
        return false;
    for (int flat = 0; flat < 2; flat++) {
        shape_of(&n->out[0].view, flat, &r->rows, &r->columns);
        r->flat = flat;
        if (fits_shape(n, flat, r->rows, r->columns))
            return true;
    }
    return false;
}

/* ---- the program ------------------------------------------------------------------------------------------------------------------ */

/* The step before step `end` whose result v is; -1: memory. */
static int step_of(const chain *r, int end, const ir_value *v)
{
    for (int i = end; i-- > 0;)
        if (!v->known && ir_same_place(&r->nodes[i]->out[0], v))
            return i;
    return -1;
}

static int external_of(ir_node *f, ir_value *v)
{
    for (int i = 0; i < f->n_in; i++)
        if (f->in[i] == v)
            return i;
    f->in[f->n_in] = v;
    return f->n_in++;
}

/* Whether anything outside of the chain reads step i's result; uses counts the readers of a root. */
static bool read_elsewhere(const chain *r, int i)
{
    const ir_value *v = &r->nodes[i]->out[0];
    int inside = 0;
    for (int j = 0; j < r->n; j++)
        for (int k = 0; k < r->nodes[j]->n_in; k++)
            inside += r->nodes[j]->in[k]->root == v;
    return v->root != v || v->place != IR_OWN || v->uses > inside || v->pinned || r->nodes[i]->effect;
}

/* Tiles are reused once the last reader of what they hold is done. */
static void assign_tiles(program *p)
{
    int last[MOST_OPS], owner[MOST_OPS];
    for (int i = 0; i < p->n_steps; i++) {
        last[i] = i;
        for (int j = 0; j < p->steps[i].n_in; j++)
            if (!p->steps[i].in[j].external)
                last[p->steps[i].in[j].index] = i;
    }
    for (int i = 0; i < p->n_steps; i++) {
        int t = 0;
        while (t < p->n_tiles && last[owner[t]] >= i && owner[t] != i)
            t++;
        if (t == p->n_tiles)
            p->n_tiles++;
        owner[t] = i;
        p->steps[i].tile = t;
    }
}

static void write_step(const chain *r, program *p, ir_node *f, int i)
{
    const ir_node *n = r->nodes[i];
    step *s = &p->steps[i];
    *s = (step){ .def = n->def,
                 .name = n->name,
                 .attrs = n->attrs,
                 .strip = n->def && n->def->strips ? n->def->strips[n->T] : NULL,
                 .dtype = n->out[0].view.dtype,
                 .n_in = n->n_in,
                 .out = -1 };
    for (int j = 0; j < n->n_in; j++) {
        int from = step_of(r, i, n->in[j]);
        int size = (int)tf_dtype_size(n->in[j]->view.dtype);
        s->in[j] = from >= 0 ? (source){ false, from, size } : (source){ true, external_of(f, n->in[j]), size };
    }
}

static ir_value *keep(ir_node *f, ir_node *from)
{
    ir_value *v = &f->out[f->n_out], *was = &from->out[0];
    *v = *was;
    v->node = f;
    v->index = f->n_out++;
    if (was->root == was) {
        v->root = v;
        was->alias = v; /* whoever reads it finds it there */
    }
    return v;
}

static ir_node *fused(ir_ctx *c, const chain *r)
{
    program *p = ir_alloc(c, sizeof *p + (size_t)r->n * sizeof *p->steps);
    ir_node *f = ir_node_new(c, r->flat ? &fused_flat_op : &fused_op, MOST_EXTERNAL + MOST_TERMS, r->n);
    if (!p || !f)
        return NULL;
    f->n_in = f->n_out = 0;
    p->n_steps = r->n;
    p->rows = r->rows;
    p->columns = r->columns;
    for (int i = 0; i < r->n; i++) {
        write_step(r, p, f, i);
        if (read_elsewhere(r, i)) {
            p->steps[i].out = f->n_out;
            rows_and_columns(&keep(f, r->nodes[i])->view, &r->nodes[i]->out[0].view, r->flat, &p->steps[i].stride);
        }
    }
    assign_tiles(p);
    p->n_external = f->n_in;
    p->height = p->columns ? TILE / p->columns : 1;
    p->external = ir_alloc(c, (size_t)f->n_in * sizeof *p->external);
    for (int i = 0; p->external && i < f->n_in; i++)
        rows_and_columns(&f->in[i]->view, &r->nodes[0]->out[0].view, r->flat, &p->external[i]);
    f->attrs = p;
    f->name = r->nodes[r->n - 1]->name;
    f->here = r->nodes[0]->here;
    f->order = r->nodes[0]->order;
    return f;
}

static bool close_chain(ir_ctx *c, ir_block *out, chain *r)
{
    if (r->n == 1)
        ir_add_node(c, out, r->nodes[0]);
    if (r->n > 1) {
        ir_node *f = fused(c, r);
        if (!f)
            return false;
        if (f->n_out) /* else nobody reads any of it */
            ir_add_node(c, out, f);
    }
    r->n = 0;
    return !c->failed;
}

static bool fuse_block(ir_ctx *c, ir_block *b)
{
    ir_block out = ir_emptied(b);
    chain r = { 0 };
    for (int i = 0; i < b->n; i++) {
        ir_node *n = b->nodes[i];
        if (n->silent) {
            ir_add_node(c, &out, n);
            continue;
        }
        if (r.n && !may_join(&r, n) && !close_chain(c, &out, &r))
            return false;
        if (r.n || may_start(&r, n))
            r.nodes[r.n++] = n;
        else
            ir_add_node(c, &out, n);
    }
    if (!close_chain(c, &out, &r))
        return false;
    *b = out;
    ir_renumber(b);
    return !c->failed;
}

/* Into root->uses: how many inputs of nodes that do something, here and in bodies, lie in it. */
static void count_readers(ir_block *b, bool reset)
{
    for (int i = 0; i < b->n; i++) {
        ir_node *n = b->nodes[i];
        for (int o = 0; reset && o < n->n_out; o++)
            n->out[o].uses = 0;
        for (int j = 0; !reset && !n->silent && j < n->n_in; j++)
            n->in[j]->root->uses++;
        ir_block *inner[2];
        for (int k = ir_bodies(n, inner); k-- > 0;)
            count_readers(inner[k], reset);
    }
    for (int i = 0; !reset && i < b->n_results; i++)
        if (b->results[i])
            b->results[i]->root->uses++;
}

bool ir_pass_fuse(ir_ctx *c, ir_block *b)
{
    count_readers(b, true);
    count_readers(b, false);
    return ir_each_block(c, b, fuse_block);
}
