/* Layers: many classes, an autoencoder, a residual block. */
#include "models.h"

/* ---- softmax over C classes ------------------------------------------------------------------------------------------- */
void softmax_classes(model *m, const sizes *s)
{
    tf_tensor X = tf_placeholder(tf_float32, SHAPE(NONE, s->I)), Y = tf_placeholder(tf_int32, SHAPE(NONE, 1));
    tf_tensor h = tf_layers_dense(X, s->H, .activation = tf_nn_relu), logits = tf_layers_dense(h, s->C);
    m->value = tf_reduce_mean(tf_nn_sparse_softmax_cross_entropy_with_logits(.logits = logits, .labels = tf_reshape(Y, SHAPE(-1))));
    train(m, tf_train_adam_optimizer(0.001));
    feed_x(m, X, reals(SHAPE(s->B, s->I)));
    feed_y(m, Y, codes(s->B, 1, s->C, 4));
}

int softmax_products(product *p, const sizes *s)
{
    int n = dense_products(p, s->B, s->I, s->H, false);
    return n + dense_products(p + n, s->B, s->H, s->C, true);
}

/* ---- autoencoder: I-H-C-H-I ---------------------------------------------------------------------------------------------- */
static tf_tensor sigmoid_layer(tf_tensor x, int units) { return tf_layers_dense(x, units, .activation = tf_sigmoid); }

void autoencoder(model *m, const sizes *s)
{
    tf_tensor X = tf_placeholder(tf_float32, SHAPE(NONE, s->I));
    tf_tensor code = sigmoid_layer(sigmoid_layer(X, s->H), s->C), decoded = sigmoid_layer(sigmoid_layer(code, s->H), s->I);
    m->value = tf_reduce_mean(tf_pow(tf_sub(X, decoded), 2));
    train(m, tf_train_rms_prop_optimizer(0.01));
    feed_x(m, X, reals(SHAPE(s->B, s->I)));
}

int autoencoder_products(product *p, const sizes *s)
{
    int n = dense_products(p, s->B, s->I, s->H, false);
    n += dense_products(p + n, s->B, s->H, s->C, true);
    n += dense_products(p + n, s->B, s->C, s->H, true);
    return n + dense_products(p + n, s->B, s->H, s->I, true);
}

/* ---- relu(x + norm(conv(… x))): images of T x T, H channels ----------------------------------------------------------------- */
enum { CONVOLUTIONS = 3 };

void residual_block(model *m, const sizes *s)
{
    tf_tensor X = tf_placeholder(tf_float32, SHAPE(NONE, s->T, s->T, s->H)), h = X;
    for (int i = 0; i < CONVOLUTIONS; i++) {
        h = tf_layers_conv2d(h, s->H, 3, .padding = "same", .use_bias = false);
        h = tf_layers_batch_normalization(h, .training = true);
        h = tf_nn_relu(i + 1 < CONVOLUTIONS ? h : tf_add(h, X));
    }
    m->value = tf_reduce_mean(tf_square(h));
    tf_with_control_dependencies(tf_get_collection(TF_UPDATE_OPS)) {
        train(m, tf_train_momentum_optimizer(0.001, .momentum = 0.9));
    }
    feed_x(m, X, reals(SHAPE(s->B, s->T, s->T, s->H)));
}

int residual_products(product *p, const sizes *s)
{
    const int outputs = s->B * s->T * s->T, window = 9 * s->H;
    int n = 0;
    for (int i = 0; i < CONVOLUTIONS; i++)
        n += conv_products(p + n, outputs, window, s->H, s->H) - (i == 0); /* nobody asks for the image's gradient */
    return n;
}
