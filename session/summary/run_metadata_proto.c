/* Messages in one arena, packed at once. */
#include "session/summary/run_metadata_proto.h"

#include "core/proto/step_stats.pb-c.h"
#include "core/protobuf.h"

/* All that a node's message points at. */
typedef struct {
    Tf1c__NodeExecStats stats;
    Tf1c__AllocatorMemoryUsed memory, *memories[1];
} node_message;
typedef struct {
    Tf1c__NodeOutput output;
    Tf1c__TensorDescription description;
    Tf1c__AllocationDescription allocation;
    Tf1c__TensorShapeProto shape;
    Tf1c__TensorShapeProto__Dim dims[TF_MAX_RANK], *dim[TF_MAX_RANK];
} output_message;

static void fill_output(output_message *m, const tf_node_output *o)
{
    tf1c__node_output__init(&m->output);
    tf1c__tensor_description__init(&m->description);
    tf1c__allocation_description__init(&m->allocation);
    tf1c__tensor_shape_proto__init(&m->shape);
    for (int i = 0; i < o->shape.rank; i++) {
        tf1c__tensor_shape_proto__dim__init(&m->dims[i]);
        m->dims[i].size = o->shape.dims[i];
        m->dim[i] = &m->dims[i];
    }
    m->shape.n_dim = (size_t)o->shape.rank;
    m->shape.dim = m->dim;
    m->allocation.requested_bytes = m->allocation.allocated_bytes = o->requested_bytes;
    m->allocation.allocator_name = (char *)"cpu";
    m->description.dtype = (Tf1c__DataType)o->dtype;
    m->description.shape = &m->shape;
    m->description.allocation_description = &m->allocation;
    m->output.slot = o->slot;
    m->output.tensor_description = &m->description;
}

static bool fill_outputs(tf1c_arena *a, Tf1c__NodeExecStats *to, const tf_node_exec_stats *from)
{
    if (!from->n_output)
        return true;
    output_message *o = tf1c_arena_alloc(a, (size_t)from->n_output * sizeof *o);
    to->output = tf1c_arena_alloc(a, (size_t)from->n_output * sizeof *to->output);
    if (!o || !to->output)
        return false;
    for (int i = 0; i < from->n_output; i++) {
        fill_output(&o[i], &from->output[i]);
        to->output[i] = &o[i].output;
    }
    to->n_output = (size_t)from->n_output;
    return true;
}

static void fill_memory(node_message *m, int64_t bytes)
{
    tf1c__allocator_memory_used__init(&m->memory);
    m->memory.allocator_name = (char *)"cpu";
    m->memory.total_bytes = m->memory.peak_bytes = bytes;
    m->memories[0] = &m->memory;
    m->stats.n_memory = 1;
    m->stats.memory = m->memories;
}

static Tf1c__NodeExecStats *node_of(tf1c_arena *a, const tf_node_exec_stats *from)
{
    node_message *m = tf1c_arena_alloc(a, sizeof *m);
    if (!m)
        return NULL;
    Tf1c__NodeExecStats *to = &m->stats;
    tf1c__node_exec_stats__init(to);
    to->node_name = (char *)from->node_name;
    to->timeline_label = (char *)from->timeline_label;
    to->all_start_micros = from->all_start_micros;
    to->op_start_rel_micros = from->op_start_rel_micros;
    to->op_end_rel_micros = from->op_end_rel_micros;
    to->all_end_rel_micros = from->all_end_rel_micros;
    to->all_start_nanos = from->all_start_nanos;
    to->op_start_rel_nanos = from->op_start_rel_nanos;
    to->op_end_rel_nanos = from->op_end_rel_nanos;
    to->all_end_rel_nanos = from->all_end_rel_nanos;
    to->thread_id = (uint32_t)from->thread_id;
    if (from->total_bytes)
        fill_memory(m, from->total_bytes);
    return fill_outputs(a, to, from) ? to : NULL;
}

static bool pack(const Tf1c__RunMetadata *m, tf1c_buffer *to)
{
    size_t n;
    uint8_t *packed = tf1c_pb_packed(&m->base, &n);
    if (packed)
        tf1c_buffer_put(to, packed, n);
    tf1c_free(packed);
    return packed && !to->failed;
}

bool tf1c_pack_run_metadata(const tf_run_metadata *m, tf1c_buffer *to)
{
    const tf_step_stats s = tf_run_metadata_step_stats(m);
    tf1c_arena a = { 0 };
    Tf1c__RunMetadata all = TF1C__RUN_METADATA__INIT;
    Tf1c__StepStats step = TF1C__STEP_STATS__INIT;
    Tf1c__DeviceStepStats device = TF1C__DEVICE_STEP_STATS__INIT, *devices = &device;
    device.device = (char *)s.device;
    device.node_stats = tf1c_arena_alloc(&a, ((size_t)s.n + 1) * sizeof *device.node_stats);
    bool good = device.node_stats;
    for (; good && device.n_node_stats < (size_t)s.n; device.n_node_stats++)
        good = (device.node_stats[device.n_node_stats] = node_of(&a, &s.node_stats[device.n_node_stats]));
    step.n_dev_stats = s.n > 0;
    step.dev_stats = &devices;
    all.step_stats = &step;
    good = good && pack(&all, to);
    tf1c_arena_free(&a);
    return good;
}
