/* PNG and JPEG files as images, by libpng and libjpeg. TF1: core/kernels/decode_image_op.cc, encode_png_op.cc. */
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#if defined(TF1C_PNG)
#include <png.h>
#endif
#if defined(TF1C_JPEG)
#include <jpeglib.h>
#endif

#include "ops/control_flow/counts.h"
#include "ops/family.h"
#include "ops/image/codec.h"
#include "ops/image/image.h"

typedef struct {
    int64_t channels; /* 0: the file's */
} decode_attrs;
static const tf_attr_def decode_fields[] = { TF_ATTR(decode_attrs, channels, TF_ATTR_INT), { 0 } };

typedef struct {
    int64_t height, width, channels;
} picture;

static bool begins(tf_bytes s, const char *with, size_t n) { return s.size >= n && memcmp(s.data, with, n) == 0; }
static bool is_png(tf_bytes s) { return begins(s, "\x89PNG\r\n\x1a\n", 8); }
static bool is_jpeg(tf_bytes s) { return begins(s, "\xff\xd8\xff", 3); }

/* ---- PNG ------------------------------------------------------------------------------------------------------------------------------- */

#if defined(TF1C_PNG)
/* Pixels of four channels, or of two where the file has no colours, narrowed to what is asked: opacity is left out as it is. */
static bool png(tf_bytes s, int64_t channels, picture *p, uint8_t *pixels)
{
    png_image image = { .version = PNG_IMAGE_VERSION };
    if (!png_image_begin_read_from_memory(&image, s.data, s.size))
        return false;
    const bool colour = image.format & PNG_FORMAT_FLAG_COLOR, alpha = image.format & PNG_FORMAT_FLAG_ALPHA;
    *p = (picture){ image.height, image.width, channels ? channels : (colour ? 3 : 1) + alpha };
    if (!pixels) {
        png_image_free(&image);
        return true;
    }
    image.format = p->channels < 3 ? PNG_FORMAT_GA : PNG_FORMAT_RGBA;
    const int have = p->channels < 3 ? 2 : 4;
    uint8_t *all = tf1c_alloc((size_t)PNG_IMAGE_SIZE(image) + 1);
    const bool read = all && png_image_finish_read(&image, NULL, all, 0, NULL);
    for (int64_t i = 0, n = p->height * p->width; read && i < n; i++)
        memcpy(pixels + i * p->channels, all + i * have, (size_t)p->channels);
    tf1c_free(all);
    png_image_free(&image);
    return read;
}
#endif

/* ---- JPEG ------------------------------------------------------------------------------------------------------------------------------ */

#if defined(TF1C_JPEG)
typedef struct {
    struct jpeg_error_mgr manager; /* first: libjpeg knows this alone */
    jmp_buf failed;
} jpeg_errors;
static void fail_jpeg(j_common_ptr c) { longjmp(((jpeg_errors *)c->err)->failed, 1); }
static void say_nothing(j_common_ptr c) { (void)c; }

/* All that libjpeg holds is released whichever way it ends. */
static bool jpeg(tf_bytes s, int64_t channels, picture *p, uint8_t *pixels)
{
    struct jpeg_decompress_struct c;
    jpeg_errors errors;
    c.err = jpeg_std_error(&errors.manager);
    errors.manager.error_exit = fail_jpeg;
    errors.manager.output_message = say_nothing;
    if (setjmp(errors.failed)) {
        jpeg_destroy_decompress(&c);
        return false;
    }
    jpeg_create_decompress(&c);
    jpeg_mem_src(&c, (const unsigned char *)s.data, (unsigned long)s.size);
    jpeg_read_header(&c, TRUE);
    *p = (picture){ c.image_height, c.image_width, channels ? channels : c.num_components == 1 ? 1 : 3 };
    c.dct_method = JDCT_IFAST; /* as TF has it */
    c.out_color_space = p->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    if (pixels) {
        jpeg_start_decompress(&c);
        while (c.output_scanline < c.output_height) {
            JSAMPROW row = pixels + (int64_t)c.output_scanline * p->width * p->channels;
            jpeg_read_scanlines(&c, &row, 1);
        }
        jpeg_finish_decompress(&c);
    }
    jpeg_destroy_decompress(&c);
    return true;
}
#endif

/* ---- DecodeImage ------------------------------------------------------------------------------------------------------------------------- */

static void refuse(tf_kernel_ctx *k, tf_bytes s)
{
    if (is_png(s))
        tf_kernel_error(k, tf_invalid_argument, "Invalid PNG header, data size %zu", s.size);
    else if (is_jpeg(s))
        tf_kernel_error(k, tf_invalid_argument, "Invalid JPEG data or crop window, data size %zu", s.size);
    else
        tf_kernel_error(k, tf_invalid_argument, "assertion failed: [Unable to decode bytes as JPEG, PNG, GIF, or BMP]");
}

/* Its size, and unless `pixels` is NULL what it shows; false after an error. */
static bool decode(tf_kernel_ctx *k, picture *p, uint8_t *pixels)
{
    const tf_bytes s = *TF_DATA(k, in, 0, const tf_bytes);
    const int64_t channels = ((const decode_attrs *)k->attrs)->channels;
    (void)channels;
    *p = (picture){ 0 };
#if defined(TF1C_PNG)
    if (is_png(s) && png(s, channels, p, pixels))
        return true;
#else
    if (is_png(s)) {
        tf_kernel_error(k, tf_unimplemented, "This tf1c was built without libpng: it reads no PNG files.");
        return false;
    }
#endif
#if defined(TF1C_JPEG)
    if (is_jpeg(s) && channels != 4 && channels != 2 && jpeg(s, channels, p, pixels))
        return true;
#else
    if (is_jpeg(s)) {
        tf_kernel_error(k, tf_unimplemented, "This tf1c was built without libjpeg: it reads no JPEG files.");
        return false;
    }
#endif
    (void)pixels;
    refuse(k, s);
    return false;
}

static void decode_shape(tf_shape_ctx *c)
{
    const int64_t channels = ((const decode_attrs *)tf_shape_attrs(c))->channels;
    if (tf_with_rank(c, 0, 0))
        tf_set_out(c, 0, SHAPE(NONE, NONE, channels ? channels : NONE));
}

static void decode_data_shape(tf_kernel_ctx *k, tf_dims *out)
{
    picture p;
    decode(k, &p, NULL);
    *out = SHAPE(p.height, p.width, p.channels);
}

static void decode_kernel(tf_kernel_ctx *k)
{
    picture p;
    decode(k, &p, k->out[0].data);
}

static const tf_op_def decode_image_op = {
    .name = "DecodeImage",
    .in = "contents:string",
    .out = "image:uint8",
    .attrs = decode_fields,
    .attrs_size = sizeof(decode_attrs),
    .shape = decode_shape,
    .data_shape = decode_data_shape,
    .kernel = decode_kernel,
    .gradient = tf_no_gradient,
};

tf_tensor tf_image_decode_(tf_operand contents, const char *default_name, struct tf_decode_args a)
{
    const decode_attrs attrs = { a.channels };
    if (a.channels < 0 || a.channels > 4 || a.channels == 2)
        return tf_mistake(tf_value_error, a.here, NULL, "channels must be 0, 1, 3, or 4, got %lld", (long long)a.channels);
    enum { TRIED_IN_TURN = 76 }; /* by TF's decode_image: three conds, that each make sure of the channels and the format */
    const tf_tensor bytes = tf_convert(contents, tf_dtype_unset, a.here, "contents");
    const int made = tf1c_count_now() + (default_name && strcmp(default_name, "decode_image") == 0 ? TRIED_IN_TURN : 1);
    const tf_operand in = operand_of(bytes);
    const tf_tensor image = {
        .op = tf_op_new(
            &decode_image_op,
            (struct tf_op_args){
                .here = a.here, .name = a.name, .default_name = default_name, .attrs = &attrs, .n_inputs = 1, .inputs = &in })
    };
    tf1c_count_as(made);
    return image;
}

/* ---- EncodePng ------------------------------------------------------------------------------------------------------------------------------ */

static void encode_shape(tf_shape_ctx *c)
{
    const tf_dims d = *tf_in_dims(c, 0);
    if (!tf_with_rank(c, 0, 3))
        return;
    if (d.known && d.dims[2] != NONE && (d.dims[2] < 1 || d.dims[2] > 4)) {
        tf_shape_error(c, "image must have 1, 2, 3, or 4 channels, got %lld", (long long)d.dims[2]);
        return;
    }
    tf_set_out(c, 0, SCALAR);
}

#if defined(TF1C_PNG)
tf_bytes tf1c_png_of(tf_kernel_ctx *k, const uint8_t *pixels, int64_t height, int64_t width, int64_t channels)
{
    static const png_uint_32 formats[] = { PNG_FORMAT_GRAY, PNG_FORMAT_GA, PNG_FORMAT_RGB, PNG_FORMAT_RGBA };
    png_image image = {
        .version = PNG_IMAGE_VERSION, .width = (png_uint_32)width, .height = (png_uint_32)height, .format = formats[channels - 1]
    };
    png_alloc_size_t n = 0;
    tf_bytes png = { 0 };
    if (!height || !width || !png_image_write_to_memory(&image, NULL, &n, 0, pixels, 0, NULL)) {
        tf_kernel_error(k, tf_invalid_argument, "image cannot be written as PNG: %lld by %lld pixels", (long long)height,
                        (long long)width);
        return png;
    }
    char *data = tf_kernel_string(k, n + 1);
    if (data && png_image_write_to_memory(&image, data, &n, 0, pixels, 0, NULL)) {
        data[n] = '\0';
        png = (tf_bytes){ data, n };
    }
    png_image_free(&image);
    return png;
}
#else
tf_bytes tf1c_png_of(tf_kernel_ctx *k, const uint8_t *pixels, int64_t height, int64_t width, int64_t channels)
{
    (void)pixels, (void)height, (void)width, (void)channels;
    tf_kernel_error(k, tf_unimplemented, "This tf1c was built without libpng: it writes no PNG files.");
    return (tf_bytes){ 0 };
}
#endif

static void encode_kernel(tf_kernel_ctx *k)
{
    const tf_view *in = &k->in[0];
    *TF_DATA(k, out, 0, tf_bytes) = tf1c_png_of(k, in->data, in->dims[0], in->dims[1], in->dims[2]);
}

static const tf_op_def encode_png_op = {
    .name = "EncodePng",
    .in = "image:T",
    .out = "contents:string",
    .T = TF_DTYPE_BIT(tf_uint8),
    .shape = encode_shape,
    .kernel = encode_kernel,
    .gradient = tf_no_gradient,
};
UNARY_BUILDER(tf_image_encode_png_, encode_png_op, NULL)

/* clang-format off */
tf1c_op_family tf1c_family_codec = {
    &decode_image_op,
    &encode_png_op,
    NULL,
};
