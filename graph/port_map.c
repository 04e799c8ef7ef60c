#include "graph/port_map.h"

#include <stdint.h>

#include "graph/node.h"

struct tf1c_port_slot {
    const tf_operation *op; /* NULL: free */
    int index, kind, port;
};

/* Where t is, or would be. */
static struct tf1c_port_slot *slot_of(struct tf1c_port_slot *slots, int room, int kind, tf_tensor t)
{
    uint64_t hash = (uint64_t)(uintptr_t)t.op / _Alignof(tf_operation) + (uint64_t)t.index * 31 + (uint64_t)kind * 7;
    hash *= 0x9e3779b97f4a7c15u;
    for (int i = (int)(hash >> 32) & (room - 1);; i = (i + 1) & (room - 1))
        if (!slots[i].op || (slots[i].op == t.op && slots[i].index == t.index && slots[i].kind == kind))
            return &slots[i];
}

int tf1c_port_of(const tf1c_port_map *m, int kind, tf_tensor t)
{
    const struct tf1c_port_slot *slot = m->room ? slot_of(m->slots, m->room, kind, t) : NULL;
    return slot && slot->op ? slot->port : -1;
}

static bool grow(tf_graph *g, tf1c_port_map *m)
{
    const int room = m->room ? 2 * m->room : 16;
    struct tf1c_port_slot *slots = tf1c_graph_alloc(g, (size_t)room * sizeof *slots);
    for (int i = 0; slots && i < room; i++)
        slots[i] = (struct tf1c_port_slot){ 0 };
    for (int i = 0; slots && i < m->room; i++)
        if (m->slots[i].op)
            *slot_of(slots, room, m->slots[i].kind,
                     (tf_tensor){ .op = (tf_operation *)m->slots[i].op, .index = m->slots[i].index }) = m->slots[i];
    if (!slots)
        return false;
    m->slots = slots;
    m->room = room;
    return true;
}

bool tf1c_note_port(tf_graph *g, tf1c_port_map *m, int kind, tf_tensor t, int port)
{
    if (2 * m->n >= m->room && !grow(g, m))
        return false;
    struct tf1c_port_slot *slot = slot_of(m->slots, m->room, kind, t);
    if (!slot->op) {
        *slot = (struct tf1c_port_slot){ t.op, t.index, kind, port };
        m->n++;
    }
    return true;
}
