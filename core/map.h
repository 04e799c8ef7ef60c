/* Hash map from strings to pointers. Keys are borrowed: they must outlive the map. */
#ifndef TF1C_CORE_MAP_H
#define TF1C_CORE_MAP_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    struct tf1c_map_slot {
        const char *key;
        void *value;
    } *slots;
    size_t capacity, count;
} tf1c_map; /* zero-initialized is empty */

void *tf1c_map_get(const tf1c_map *m, const char *key);               /* NULL if absent */
bool tf1c_map_set(tf1c_map *m, const char *key, void *value);         /* false: no memory, the map unchanged */
void tf1c_map_free(tf1c_map *m);

#endif
