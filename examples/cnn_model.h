/* The network of cnn_mnist.c and mnist_data.c. */
#include <tf1c.h>

/* Logits of images [n, width, width, 1]: two convolutions with pools, a dense layer with dropout, the classes. */
static inline tf_tensor cnn_model(tf_tensor features, tf_tensor training, int num_classes)
{
    /* Convolutional Layer #1 */
    tf_tensor conv1 = tf_layers_conv2d(features, 32, SHAPE(5, 5), .padding = "same", .activation = tf_nn_relu);
    /* Pooling Layer #1 */
    tf_tensor pool1 = tf_layers_max_pooling2d(conv1, SHAPE(2, 2), .strides = 2);
    /* Convolutional Layer #2 and Pooling Layer #2 */
    tf_tensor conv2 = tf_layers_conv2d(pool1, 64, SHAPE(3, 3), .padding = "same", .activation = tf_nn_relu);
    tf_tensor pool2 = tf_layers_max_pooling2d(conv2, SHAPE(2, 2), .strides = 2);
    /* Dense Layer */
    tf_tensor dense = tf_layers_dense(tf_layers_flatten(pool2), 256, .activation = tf_nn_relu);
    tf_tensor dropout = tf_layers_dropout(dense, .rate = 0.4, .training = training);
    /* Logits Layer */
    return tf_layers_dense(dropout, num_classes);
}
