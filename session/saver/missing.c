/* In place of the saver where the library was built without protobuf-c: each call says so. */
#include "session/saver/saver.h"

static tf_status missing(tf_source here)
{
    return tf_fail(tf_unimplemented, here, NULL,
                   "tf1c was built without checkpoints: protobuf-c was missing (Debian: libprotobuf-c-dev, protobuf-c-compiler)");
}

tf_saver *tf_train_saver_(struct tf_saver_args a)
{
    missing(a.here);
    return NULL;
}

const char *tf_save_(tf_saver *saver, tf_session *session, const char *path, struct tf_save_args a)
{
    (void)saver, (void)session, (void)path;
    missing(a.here);
    return NULL;
}

tf_status tf_restore_(tf_saver *saver, tf_session *session, const char *path, tf_source here)
{
    (void)saver, (void)session, (void)path;
    return missing(here);
}

tf_status tf_train_export_meta_graph_(struct tf_export_meta_graph_args a) { return missing(a.here); }

tf_saver *tf_train_import_meta_graph_(const char *path, struct tf_import_meta_graph_args a)
{
    (void)path;
    missing(a.here);
    return NULL;
}

tf_status tf_saved_model_simple_save_(tf_session *session, const char *export_dir, struct tf_simple_save_args a)
{
    (void)session, (void)export_dir;
    return missing(a.here);
}

tf_saved_model *tf_saved_model_loader_load_(tf_session *session, const char *export_dir, struct tf_load_model_args a)
{
    (void)session, (void)export_dir;
    missing(a.here);
    return NULL;
}

tf_tensor tf_saved_model_tensor_(const tf_saved_model *model, const char *name, bool input, struct tf_signature_args a)
{
    (void)model, (void)name, (void)input, (void)a;
    return (tf_tensor){ .op = NULL };
}

tf_checkpoint_state *tf_train_get_checkpoint_state_(const char *directory, struct tf_checkpoint_state_args a)
{
    (void)directory, (void)a;
    return NULL; /* as where there is none */
}

void tf_checkpoint_state_free(tf_checkpoint_state *state) { (void)state; }

const char *tf_train_latest_checkpoint_(const char *directory, struct tf_checkpoint_state_args a)
{
    (void)directory, (void)a;
    return NULL;
}

bool tf_train_checkpoint_exists(const char *path)
{
    (void)path;
    return false;
}

tf_checkpoint_reader *tf_train_new_checkpoint_reader_(const char *path, tf_source here)
{
    (void)path;
    missing(here);
    return NULL;
}

void tf_checkpoint_reader_free(tf_checkpoint_reader *reader) { (void)reader; }

int tf_checkpoint_count(const tf_checkpoint_reader *reader)
{
    (void)reader;
    return 0;
}

tf_checkpoint_variable tf_checkpoint_variable_at(const tf_checkpoint_reader *reader, int i)
{
    (void)reader, (void)i;
    return (tf_checkpoint_variable){ 0 };
}

bool tf_has_tensor(const tf_checkpoint_reader *reader, const char *name)
{
    (void)reader, (void)name;
    return false;
}

tf_ndarray tf_checkpoint_get_tensor_(tf_checkpoint_reader *reader, const char *name, tf_source here)
{
    (void)reader, (void)name, (void)here;
    return (tf_ndarray){ 0 };
}

tf_ndarray tf_train_load_variable_(const char *path, const char *name, tf_source here)
{
    (void)path, (void)name;
    missing(here);
    return (tf_ndarray){ 0 };
}
