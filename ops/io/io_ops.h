/* Files read and written in a graph. TF1: core/ops/io_ops.cc */
#ifndef TF1C_OPS_IO_IO_OPS_H
#define TF1C_OPS_IO_IO_OPS_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../../graph/op.h"

#ifdef __cplusplus
extern "C" {
#endif

/* All that a file holds, as a string.                                                                          TF1: tf.read_file
 *   errors  run: NotFoundError "/nonexistent; No such file or directory" */
#define tf_read_file(filename, ...) tf_read_file_(TF_T(filename), TF_NAMED_(__VA_ARGS__))
#define tf_io_read_file(filename, ...) tf_read_file(filename, __VA_ARGS__)
TF1C_API tf_tensor tf_read_file_(tf_operand filename, struct tf_name_args args);
/* An operation that writes them, with the folders above the file.                                             TF1: tf.write_file */
#define tf_write_file(filename, contents, ...) tf_write_file_(TF_T(filename), TF_T(contents), TF_NAMED_(__VA_ARGS__))
#define tf_io_write_file(filename, contents, ...) tf_write_file(filename, contents, __VA_ARGS__)
TF1C_API tf_operation *tf_write_file_(tf_operand filename, tf_operand contents, struct tf_name_args args);
/* The names of the files that a pattern (*, ?, [a-z]) fits, sorted; as many as there are then.            TF1: tf.matching_files */
#define tf_matching_files(pattern, ...) tf_matching_files_(TF_T(pattern), TF_NAMED_(__VA_ARGS__))
#define tf_train_match_filenames_once(pattern, ...) tf_matching_files(pattern, __VA_ARGS__)
TF1C_API tf_tensor tf_matching_files_(tf_operand pattern, struct tf_name_args args);

#ifdef __cplusplus
}
#endif
#endif
