/* A variational autoencoder learns to write digits: the tutorial "Variational Autoencoder in TensorFlow". */
#include <math.h>
#include <stdio.h>
#include <tf1c.h>
#include <tf1c_kit.h>

enum { SHOWN = 12, WIDEST = 28 }; /* digits a side of the picture, pixels a side of a digit */

typedef struct {
    tf_tensor images, x, z_mean, z_log_sigma_sq, z, x_reconstr_logits, x_reconstr_mean, cost;
    tf_operation *optimizer;
} vae;

/* A Gaussian in latent space for each image: its mean and the logarithm of its variance. */
static void recognition_network(vae *v, int units, int n_z)
{
    tf_with_variable_scope("recognition") {
        tf_tensor layer_1 = tf_layers_dense(v->x, units, .activation = tf_nn_softplus);
        tf_tensor layer_2 = tf_layers_dense(layer_1, units, .activation = tf_nn_softplus);
        v->z_mean = tf_layers_dense(layer_2, n_z);
        v->z_log_sigma_sq = tf_layers_dense(layer_2, n_z);
    }
}

/* Bernoulli distributions of the pixels for a point of the latent space. */
static void generator_network(vae *v, int units, int n_input)
{
    tf_with_variable_scope("generator") {
        tf_tensor layer_1 = tf_layers_dense(v->z, units, .activation = tf_nn_softplus);
        tf_tensor layer_2 = tf_layers_dense(layer_1, units, .activation = tf_nn_softplus);
        v->x_reconstr_logits = tf_layers_dense(layer_2, n_input);
        v->x_reconstr_mean = tf_sigmoid(v->x_reconstr_logits);
    }
}

static vae create_network(int width, int units, int n_z, double learning_rate)
{
    vae v = { .images = tf_placeholder(tf_float32, SHAPE(NONE, width, width, 1)) };
    v.x = tf_layers_flatten(v.images);
    recognition_network(&v, units, n_z);
    /* Draw one sample z from the Gaussian distribution: z = mu + sigma*epsilon */
    tf_tensor eps = tf_random_normal(tf_shape(v.z_mean));
    v.z = tf_add(v.z_mean, tf_mul(tf_sqrt(tf_exp(v.z_log_sigma_sq)), eps));
    generator_network(&v, units, width * width);
    /* The loss: what the reconstruction costs in nats, and the Kullback-Leibler divergence from the prior */
    tf_tensor reconstr_loss =
        tf_reduce_sum(tf_nn_sigmoid_cross_entropy_with_logits(.labels = v.x, .logits = v.x_reconstr_logits), 1);
    tf_tensor latent_loss = tf_mul(
        -0.5, tf_reduce_sum(tf_sub(tf_sub(tf_add(1.0, v.z_log_sigma_sq), tf_square(v.z_mean)), tf_exp(v.z_log_sigma_sq)), 1));
    v.cost = tf_reduce_mean(tf_add(reconstr_loss, latent_loss));
    v.optimizer = tf_minimize(tf_train_adam_optimizer(learning_rate), v.cost);
    return v;
}

/* The inverse of the normal distribution's function, by bisection: equal steps of probability over the latent plane. */
static float normal_quantile(double p)
{
    double low = -6, high = 6;
    while (high - low > 1e-6) {
        const double middle = (low + high) / 2;
        *(0.5 * erfc(-middle / sqrt(2)) < p ? &low : &high) = middle;
    }
    return (float)low;
}

/* What the generator makes of a grid of points, as one image. */
static void plot_generated(tf_session *sess, const vae *v, int width)
{
    static float z[SHOWN * SHOWN * 2], pixels[SHOWN * SHOWN * WIDEST * WIDEST], canvas[SHOWN * (WIDEST + 1) * SHOWN * (WIDEST + 1)];
    const int cell = width + 1, side = SHOWN * cell;
    for (int i = 0; i < SHOWN * SHOWN; i++) {
        z[2 * i] = normal_quantile((i % SHOWN + 0.5) / SHOWN);
        z[2 * i + 1] = normal_quantile((i / SHOWN + 0.5) / SHOWN);
    }
    tf_ndarray out = np_array(pixels, tf_float32, SHAPE(SHOWN * SHOWN, width * width));
    tf_run(sess, FETCH(v->x_reconstr_mean, &out), FEED(v->z, np_array(z, tf_float32, SHAPE(SHOWN * SHOWN, 2))));
    for (int i = 0; i < SHOWN * SHOWN; i++)
        for (int p = 0; p < width * width; p++)
            canvas[(i / SHOWN * cell + p / width) * side + i % SHOWN * cell + p % width] = pixels[i * width * width + p];
    plt_imshow(np_array(canvas, tf_float32, SHAPE(side, side)), .cmap = "gray");
    plt_axis("off");
}

/* Where the test images lie in the latent plane, a colour for each digit. */
static void plot_latent(tf_session *sess, const vae *v, const tf_dataset *test)
{
    static float x[10][10000], y[10][10000];
    int n[10] = { 0 };
    tf_ndarray labels = np_argmax(test->labels, 1), mean = { 0 };
    tf_run(sess, FETCH(v->z_mean, &mean), FEED(v->images, test->images));
    for (int64_t i = 0; i < test->num_examples && i < 10000; i++) {
        const int digit = (int)np_get(labels, i);
        x[digit][n[digit]] = (float)np_get(mean, 2 * i);
        y[digit][n[digit]++] = (float)np_get(mean, 2 * i + 1);
    }
    for (int digit = 0; digit < 10; digit++)
        plt_scatter(x[digit], y[digit], n[digit], .label = (const char[2]){ (char)('0' + digit), 0 }, .s = 12);
    plt_legend();
    np_free(&mean);
    np_free(&labels);
}

int main(int argc, char **argv)
{
    const char *data = NULL, *save = "vae.png";
    int epochs = 0, batch_size = 100, units = 128, seed = 1;
    double learning_rate = 0.001;
    tf_training run = { 0 };
    tf_options(argc, argv, "A variational autoencoder learns to write digits.",
               OPTION("data", &data, "folder with images in MNIST's idx.gz layout, instead of the digits of 8 x 8 pixels"),
               OPTION("epochs", &epochs, "times through the images; 0: 200, with --data 15", AT_LEAST(0)),
               OPTION("batch-size", &batch_size, "images a step", AT_LEAST(1)), OPTION("units", &units, "of a hidden layer", AT_LEAST(1)),
               OPTION("learning-rate", &learning_rate, "of Adam", AT_LEAST(0)), OPTION("seed", &seed, "of all that is drawn", AT_LEAST(0)),
               OPTION("save", &save, "PNG for generated digits and the latent plane", TO_WRITE), TRAINING_OPTIONS(run));
    tf_on_error(tf_exit), tf_set_random_seed(seed);
    tf_datasets *mnist = data ? tf_mnist_read_data_sets(data, .one_hot = true, .reshape = false, .seed = seed)
                              : tf_digits_read_data_sets(.seed = seed);
    const int width = (int)mnist->train->images.shape.dims[1], total_batch = (int)(mnist->train->num_examples / batch_size);
    epochs = epochs ? epochs : data ? 15 : 200;

    vae v = create_network(width, units, 2, learning_rate);
    tf_session *sess = tf_session();
    tf_run(sess, tf_global_variables_initializer());
    tf_training_start(&run, sess, epochs);
    for (int epoch = 1; tf_training_goes_on(&run, epoch); epoch++) {
        double avg_cost = 0;
        for (int i = 0; i < total_batch; i++) {
            float cost = 0;
            tf_batch batch = tf_next_batch(mnist->train, batch_size);
            if (epoch > run.done)
                tf_run(sess, FETCH(v.optimizer, NULL, v.cost, &cost), FEED(v.images, batch.images));
            avg_cost += cost / total_batch;
        }
        tf_training_note(&run, epoch, .loss = avg_cost);
        if (epoch > run.done && (epoch == 1 || epoch == epochs || epoch % (data ? 1 : 20) == 0))
            tf_progress_print(&run.bar, "Epoch: %04d cost= %.4f", epoch, avg_cost);
    }
    tf_training_end(&run);

    plt_figure(.width = 10, .height = 5);
    plt_subplot(1, 2, 1);
    plot_generated(sess, &v, width);
    plt_subplot(1, 2, 2);
    plot_latent(sess, &v, mnist->test);
    if (plt_savefig(save) == tf_ok)
        printf("Generated digits, and where the test images lie: %s\n", save);
    tf_close(sess);
    return 0;
}
