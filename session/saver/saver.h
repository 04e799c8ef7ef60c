/* Checkpoints: variables saved to files and restored, in TensorFlow's format: each side reads what the other wrote. */
#ifndef TF1C_SESSION_SAVER_SAVER_H
#define TF1C_SESSION_SAVER_SAVER_H
#if defined(__GNUC__)
#pragma GCC system_header
#endif
#include "../graphdef/graph_def.h"
#include "../session.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tf_saver tf_saver; /* owned by the graph; NULL after a report, which every call takes quietly as its error */

/* What saves and restores variables.                                                TF1: tf.train.Saver
 *   var_list   LIST(w, b); unset: every global variable there is by now
 *   names      with var_list, the names in the file, one each, as Python's {"w": w}: .names = (const char *[]){ "w", "b" };
 *              unset: the variables' own
 *   max_to_keep  older checkpoints are deleted, unset: beyond five; 0: none is
 *   keep_checkpoint_every_n_hours  of those that would be deleted, one in so many hours stays; unset: 10,000
 *   sharded    accepted; one file is written
 *   errors     ValueError "No variables to save";  TypeError "… Not a variable: …"
 *   source     python/training/saver.py */
struct tf_saver_args {
    tf_source here;
    tf_list var_list;
    bool reshape; /* accepted */
    bool sharded;
    int max_to_keep;
    double keep_checkpoint_every_n_hours;
    const char *name;
    const char *const *names;
};
#define TF_SAVER_DEFAULTS_ .max_to_keep = 5, .keep_checkpoint_every_n_hours = 10000.0
#define tf_train_saver(...) \
    TF_KWARGS_(tf_train_saver_((struct tf_saver_args){ TF_SAVER_DEFAULTS_, TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_saver *tf_train_saver_(struct tf_saver_args args);

/* Saves the variables' values as PATH, or PATH-STEP: PATH.index and PATH.data-00000-of-00001, and notes it in DIRECTORY/checkpoint.
 * TF1: Saver.save
 *   global_step      a number, or a tensor that the session evaluates: .global_step = 100, .global_step = step
 *   latest_filename  of the note; unset: "checkpoint"
 *   write_state      false: no note
 *   write_meta_graph unset: the graph as well, as PATH.meta;  false: not
 *   returns          what was written, for tf_restore; it lives until the saver's next save. NULL after a report
 *   files            appear whole or not at all, the note last: whatever ends the process, the last checkpoint that was whole is
 *                    still found. Beside the variables stand the states of random ops, which TensorFlow passes over: a training
 *                    that goes on from here draws the numbers it would have drawn, where TF1 itself starts its streams anew
 *   errors           FailedPreconditionError "Attempting to use uninitialized value w";  NotFoundError, ResourceExhaustedError (a
 *                    full disk), OSError with the file's name */
struct tf_save_args {
    tf_source here;
    TF_ARG_(1) tf_saver *saver;
    TF_ARG_(2) tf_session *sess;
    TF_ARG_(3) const char *save_path;
    TF_ARG_(4) tf_operand global_step;
    TF_ARG_(5) const char *latest_filename;
    TF_ARG_(6) bool write_meta_graph;
    TF_ARG_(7) bool write_state;
};
#define tf_save(...) TF_FIRST3_(tf_save_, struct tf_save_args, TF_SAME_, saver, TF_SAME_, sess, TF_SAME_, save_path, \
    #__VA_ARGS__, .global_step = TF_UNSET_, .write_meta_graph = true, .write_state = true, TF_HERE_, TF_PLACES_(__VA_ARGS__))
TF1C_API const char *tf_save_(tf_saver *saver, tf_session *session, const char *path, struct tf_save_args args);

/* The variables as they were saved; no initializer needs to have run. All is checked before anything changes.
 * TF1: Saver.restore
 *   errors  ValueError "The passed save_path is not a valid checkpoint: …";  NotFoundError: no such folder, "Key w not found in checkpoint";
 *           InvalidArgumentError: another shape or dtype;  DataLossError, OutOfRangeError: files that are damaged or cut off */
#define tf_restore(saver, session, path) tf_restore_(saver, session, path, TF_SOURCE)
TF1C_API tf_status tf_restore_(tf_saver *saver, tf_session *session, const char *path, tf_source here);

/* The graph, its collections and the saver in one file, a MetaGraphDef, as it stands beside each checkpoint: TensorFlow's
 * import_meta_graph reads it, and restores by it.                                      TF1: tf.train.export_meta_graph
 *   filename  the file
 *   saver     whose nodes are written beside the graph's; unset: none
 *   as_text   pbtxt
 *   errors    as tf_graph_as_graph_def;  NotFoundError, OSError with the file's name */
struct tf_export_meta_graph_args {
    tf_source here;
    TF_ARG_(1) const char *filename;
    TF_ARG_(2) tf_saver *saver;
    TF_ARG_(3) bool as_text;
};
#define tf_train_export_meta_graph(...) \
    TF_KWARGS_(tf_train_export_meta_graph_((struct tf_export_meta_graph_args){ TF_HERE_, TF_PLACES_(__VA_ARGS__) }))
TF1C_API tf_status tf_train_export_meta_graph_(struct tf_export_meta_graph_args args);

/* Adds the graph of a .meta file, TensorFlow's or tf_train_export_meta_graph's, to the current one, as tf_import_graph_def does, and what
 * is in its collections; nodes that have other names here, such as those inside of loops, are left out of these. Left out too is the
 * gradient of a while loop, which TensorFlow writes in stacks, or of a cond, and what is made of it: it is made here, by tf_minimize. Other train ops run.
 * TF1: tf.train.import_meta_graph
 *   clear_devices  devices are forgotten
 *   import_scope   before all names; unset: none
 *   returns        the saver that the file names, or one of all variables; NULL if there are none, or after a report
 *   errors         NotFoundError, OSError with the file's name;  DataLossError: no MetaGraphDef;  as tf_import_graph_def */
struct tf_import_meta_graph_args {
    tf_source here;
    bool clear_devices;
    const char *import_scope;
};
#define tf_train_import_meta_graph(path, ...) \
    TF_KWARGS_(tf_train_import_meta_graph_(path, (struct tf_import_meta_graph_args){ TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_saver *tf_train_import_meta_graph_(const char *path, struct tf_import_meta_graph_args args);

/* A model as TensorFlow serves it: DIRECTORY/saved_model.pb, the graph with one signature, "serving_default", and
 * DIRECTORY/variables/variables, its checkpoint.                                       TF1: tf.saved_model.simple_save
 *   inputs, outputs  tensors under the names of the signature, ending in a { 0 }: (tf_input_map[]){ { "x", x }, { 0 } }
 *   errors           AssertionError's "Export directory already exists. …" as ValueError;  as tf_save and tf_graph_as_graph_def
 *   source           python/saved_model/simple_save.py, builder_impl.py */
struct tf_simple_save_args {
    tf_source here;
    const tf_input_map *inputs, *outputs;
};
#define tf_saved_model_simple_save(session, export_dir, ...)    \
    TF_KWARGS_(tf_saved_model_simple_save_(session, export_dir, \
                                           (struct tf_simple_save_args){ TF_HERE_, __VA_ARGS__ }))
TF1C_API tf_status tf_saved_model_simple_save_(tf_session *session, const char *export_dir, struct tf_simple_save_args args);

/* Adds the graph of such a model to the session's graph and restores its variables.   TF1: tf.saved_model.loader.load
 *   tags     of the graph that is wanted, ending in a NULL; unset: "serve"
 *   returns  its signatures, owned by the graph; NULL after a report
 *   errors   OSError "SavedModel file does not exist at: …";  RuntimeError "MetaGraphDef associated with tags … could not be found in
 *            SavedModel.";  as tf_train_import_meta_graph and tf_restore */
typedef struct tf_saved_model tf_saved_model;
struct tf_load_model_args {
    tf_source here;
    const char *const *tags;
};
#define tf_saved_model_loader_load(session, export_dir, ...) \
    tf_saved_model_loader_load_(session, export_dir, (struct tf_load_model_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_saved_model *tf_saved_model_loader_load_(tf_session *session, const char *export_dir, struct tf_load_model_args args);
/* A tensor of a signature, unset: of "serving_default"; a mistake after KeyError.     TF1: signature_def[…].inputs[…].name */
struct tf_signature_args {
    tf_source here;
    const char *signature;
};
#define tf_saved_model_input(model, name, ...) tf_saved_model_tensor_(model, name, true, (struct tf_signature_args){ TF_HERE_, __VA_ARGS__ })
#define tf_saved_model_output(model, name, ...) \
    tf_saved_model_tensor_(model, name, false, (struct tf_signature_args){ TF_HERE_, __VA_ARGS__ })
TF1C_API tf_tensor tf_saved_model_tensor_(const tf_saved_model *model, const char *name, bool input, struct tf_signature_args args);

/* The note of a directory: NULL where there is none, without a report; else the caller's to tf_checkpoint_state_free.
 * TF1: tf.train.get_checkpoint_state */
typedef struct tf_checkpoint_state {
    const char *model_checkpoint_path; /* the latest, with its directory */
    int n;
    const char *const *all_model_checkpoint_paths; /* oldest first */
} tf_checkpoint_state;
struct tf_checkpoint_state_args {
    tf_source here;
    TF_ARG_(1) const char *checkpoint_dir;
    TF_ARG_(2) const char *latest_filename;
};
#define tf_train_get_checkpoint_state(...) TF_FIRST1_(tf_train_get_checkpoint_state_, struct tf_checkpoint_state_args, TF_SAME_, \
    checkpoint_dir, #__VA_ARGS__, TF_HERE_, TF_PLACES_(__VA_ARGS__))
TF1C_API tf_checkpoint_state *tf_train_get_checkpoint_state_(const char *directory, struct tf_checkpoint_state_args args);
TF1C_API void tf_checkpoint_state_free(tf_checkpoint_state *state); /* NULL is fine */

/* The latest checkpoint of a directory whose files are there; NULL if there is none. It lives until the thread's next call.
 * TF1: tf.train.latest_checkpoint */
#define tf_train_latest_checkpoint(...) TF_FIRST1_(tf_train_latest_checkpoint_, struct tf_checkpoint_state_args, TF_SAME_, \
    checkpoint_dir, #__VA_ARGS__, TF_HERE_, TF_PLACES_(__VA_ARGS__))
TF1C_API const char *tf_train_latest_checkpoint_(const char *directory, struct tf_checkpoint_state_args args);
/* Whether there is a checkpoint of that name.                                       TF1: tf.train.checkpoint_exists */
TF1C_API bool tf_train_checkpoint_exists(const char *path);

/* ---- looking into a checkpoint without a graph ------------------------------------------------------------------------ */
typedef struct tf_checkpoint_reader tf_checkpoint_reader;
typedef struct tf_checkpoint_variable {
    const char *name;
    const char *dtype; /* "float32", "bfloat16", … */
    tf_dims shape;
} tf_checkpoint_variable;
/* TF1: tf.train.NewCheckpointReader, tf.train.list_variables; a directory stands for its latest checkpoint. Checkpoints of the older
 * format (SaverDef.V1) are read as well, by all that reads checkpoints: a file, or a pattern of its shards ("model-?????-of-00002").
 *   returns  NULL after a report (NotFoundError, DataLossError), which the calls below take quietly */
#define tf_train_new_checkpoint_reader(path) tf_train_new_checkpoint_reader_(path, TF_SOURCE)
TF1C_API tf_checkpoint_reader *tf_train_new_checkpoint_reader_(const char *path, tf_source here);
TF1C_API int tf_checkpoint_count(const tf_checkpoint_reader *reader);
TF1C_API tf_checkpoint_variable tf_checkpoint_variable_at(const tf_checkpoint_reader *reader, int i); /* ascending; zero outside */
TF1C_API bool tf_has_tensor(const tf_checkpoint_reader *reader, const char *name);
/* The caller's to np_free; half and bfloat16 come as float32, int8, int16 and uint16 as int32.  NotFoundError: no such key */
#define tf_checkpoint_get_tensor(reader, name) tf_checkpoint_get_tensor_(reader, name, TF_SOURCE)
TF1C_API tf_ndarray tf_checkpoint_get_tensor_(tf_checkpoint_reader *reader, const char *name, tf_source here);
TF1C_API void tf_checkpoint_reader_free(tf_checkpoint_reader *reader);
/* TF1: tf.train.load_variable */
#define tf_train_load_variable(path, name) tf_train_load_variable_(path, name, TF_SOURCE)
TF1C_API tf_ndarray tf_train_load_variable_(const char *path, const char *name, tf_source here);

#ifdef __cplusplus
}
#endif
#endif
