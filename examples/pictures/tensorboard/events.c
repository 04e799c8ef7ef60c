/* Writes an event file for each of TensorBoard's tabs: two layers learn where a blurred spot lies. */
#include <math.h>
#include <stdio.h>
#include <tf1c.h>

enum { SIDE = 12, BATCH = 64, STEPS = 200 };

static float images[BATCH * SIDE * SIDE], places[BATCH * 2];

static void draw_spots(unsigned step)
{
    for (int b = 0; b < BATCH; b++) {
        const float x = (float)((b * 37 + step * 11) % 97) / 97, y = (float)((b * 53 + step * 29) % 89) / 89;
        places[2 * b] = x;
        places[2 * b + 1] = y;
        for (int i = 0; i < SIDE * SIDE; i++) {
            const float dx = (float)(i % SIDE) / (SIDE - 1) - x, dy = (float)(i / SIDE) / (SIDE - 1) - y;
            images[b * SIDE * SIDE + i] = expf(-30 * (dx * dx + dy * dy));
        }
    }
}

int main(int argc, char **argv)
{
    tf_set_random_seed(1);
    tf_tensor x = tf_placeholder(tf_float32, SHAPE(NONE, SIDE, SIDE, 1), .name = "spots");
    tf_tensor place = tf_placeholder(tf_float32, SHAPE(NONE, 2), .name = "place");
    tf_tensor hidden = tf_layers_dense(tf_layers_flatten(x), 32, .activation = tf_nn_relu, .name = "hidden");
    tf_tensor found = tf_layers_dense(hidden, 2, .name = "found"), loss;
    tf_with_name_scope("loss") {
        loss = tf_losses_mean_squared_error(place, found);
    }
    tf_operation *train = tf_minimize(tf_train_adam_optimizer(0.005), loss);
    tf_summary_scalar("loss", loss);
    tf_summary_scalar("largest_error", tf_reduce_max(tf_abs(tf_sub(found, place))));
    tf_summary_histogram("hidden", hidden);
    tf_summary_histogram("kernel", tf_at(tf_trainable_variables(), 0));
    tf_summary_image("spots", x, .max_outputs = 3);
    tf_summary_text("about", tf_constant("Two dense layers learn **where a spot lies**, 64 spots a step."));
    tf_tensor merged = tf_summary_merge_all();

    tf_session *sess = tf_session();
    tf_summary_writer *writer = tf_summary_file_writer(argc > 1 ? argv[1] : "logs", tf_get_default_graph());
    tf_run_metadata *metadata = tf_run_metadata();
    tf_ndarray summary = { 0 };
    tf_run(sess, tf_global_variables_initializer());
    for (int step = 0; step < STEPS; step++) {
        draw_spots((unsigned)step);
        tf_feeds feeds = FEED(x, np_array(images, tf_float32, SHAPE(BATCH, SIDE, SIDE, 1)), place,
                              np_array(places, tf_float32, SHAPE(BATCH, 2)));
        if (step % 100 == 99) {
            char tag[16];
            snprintf(tag, sizeof tag, "step%03d", step);
            tf_run(sess, FETCH(merged, &summary, train, NULL), feeds,
                   .options = tf_run_options(.trace_level = TF_RUN_OPTIONS_FULL_TRACE), .run_metadata = metadata);
            tf_add_run_metadata(writer, metadata, tag, .global_step = step);
        } else {
            tf_run(sess, FETCH(merged, &summary, train, NULL), feeds);
        }
        if (step % 5 == 0)
            tf_add_summary(writer, summary, step);
    }
    np_free(&summary);
    tf_run_metadata_free(metadata);
    tf_close(writer);
    tf_close(sess);
}
