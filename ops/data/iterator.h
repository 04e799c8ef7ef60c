/* Iterators: a session's way through a dataset. TF1: tf.data.Iterator
 *
 *   tf_data_iterator *iterator = tf_make_initializable_iterator(dataset);
 *   tf_list next = tf_get_next(iterator);
 *   tf_tensor images = tf_at(next, 0), labels = tf_at(next, 1);
 *   …
 *   tf_run(sess, iterator->initializer, FEED(filenames, files));
 *   while (tf_run(sess, FETCH(train_op, NULL, loss, &value)) == tf_ok) { … }   // ends with tf_out_of_range
 *
 * A run that reads an element takes it once, before its shapes are bound: it costs what feeding it would. The end is
 * OutOfRangeError "End of sequence", a status; to be asked quietly, set tf_on_error(tf_silent) around the loop. */
#ifndef TF1C_OPS_DATA_ITERATOR_H
#define TF1C_OPS_DATA_ITERATOR_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "dataset.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tf_data_iterator {
    tf_types output_types;
    tf_shapes output_shapes;
    tf_operation *initializer; /* (re)starts it; NULL: one-shot, or of a structure or handle */
    struct tf1c_iterator_ *private_;
} tf_data_iterator;

struct tf_data_iterator_args {
    tf_source here;
    const char *shared_name; /* accepted */
};
/* Starts at its first element.                                                             TF1: Dataset.make_one_shot_iterator
 *   errors  ValueError "Cannot capture a placeholder (name:Placeholder, type:Placeholder) by value.", "… Cannot capture a stateful
 *           node (name:Variable, type:VariableV2) by value.)" */
#define tf_make_one_shot_iterator(dataset) tf_make_one_shot_iterator_(dataset, TF_SOURCE)
/* Starts when its initializer runs, and anew each time.                               TF1: Dataset.make_initializable_iterator
 *   errors  run: FailedPreconditionError "GetNext() failed because the iterator has not been initialized. …" */
#define tf_make_initializable_iterator(dataset, ...) \
    tf_make_initializable_iterator_(dataset, (struct tf_data_iterator_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_data_iterator *tf_make_one_shot_iterator_(tf_data_dataset *dataset, tf_source here);
TF1C_API tf_data_iterator *tf_make_initializable_iterator_(tf_data_dataset *dataset, struct tf_data_iterator_args args);

/* Of no dataset yet: tf_make_initializer(iterator, dataset) is an operation that starts it on one.
 *   output_shapes  unset: unknown
 *   errors  TypeError "Expected output types tf.int64 but got dataset with output types tf.float32."
 *                                                           TF1: tf.data.Iterator.from_structure, Iterator.make_initializer */
struct tf_structure_args {
    tf_source here;
    tf_shapes output_shapes;
    const char *name;
};
#define tf_data_iterator_from_structure(output_types, ...) \
    tf_iterator_from_structure_(output_types, (struct tf_structure_args){ TF_HERE_, __VA_ARGS__ })
#define tf_make_initializer(iterator, dataset, ...) \
    tf_make_initializer_(iterator, dataset, (struct tf_name_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_data_iterator *tf_iterator_from_structure_(tf_types output_types, struct tf_structure_args args);
TF1C_API tf_operation *tf_make_initializer_(tf_data_iterator *iterator, tf_data_dataset *dataset, struct tf_name_args args);

/* Whichever the fed handle names: the value of tf_string_handle(another), fetched before.
 *                                                       TF1: tf.data.Iterator.from_string_handle, Iterator.string_handle */
#define tf_data_iterator_from_string_handle(handle, output_types, ...) \
    tf_iterator_from_string_handle_(handle, output_types, (struct tf_structure_args){ TF_HERE_, __VA_ARGS__ })
#define tf_string_handle(iterator, ...) tf_string_handle_(iterator, (struct tf_name_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_data_iterator *tf_iterator_from_string_handle_(tf_tensor handle, tf_types output_types, struct tf_structure_args args);
TF1C_API tf_tensor tf_string_handle_(tf_data_iterator *iterator, struct tf_name_args args);

/* The next element's components.                                                                       TF1: Iterator.get_next
 *   errors  run: OutOfRangeError "End of sequence";  UnimplementedError: inside a body */
#define tf_get_next(iterator, ...) tf_get_next_(iterator, (struct tf_name_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_list tf_get_next_(tf_data_iterator *iterator, struct tf_name_args args);

#ifdef __cplusplus
}
#endif
#endif
