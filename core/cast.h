/* Converting between dtypes in memory that is there already. */
#ifndef TF1C_CORE_CAST_H
#define TF1C_CORE_CAST_H

#include "core/ndarray.h"

/* Writes from's elements, scaled, as to's dtype into to's memory, as NumPy's astype does; `to` has as many. */
void tf1c_cast_into(tf_ndarray *to, const tf_ndarray *from);

/* A bool is 0 or 1 wherever kernels read one; memory that comes from elsewhere may hold other bytes, which are true. */
bool tf1c_has_other_bools(tf_ndarray a);
void tf1c_make_bools(tf_ndarray *a); /* in place; no other dtype's elements change */

/* Element i of an array of integers or bools, exactly; of real numbers what np_astype makes of it. */
int64_t tf1c_whole(const tf_ndarray *a, int64_t i);

#endif
