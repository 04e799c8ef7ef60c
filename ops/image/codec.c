/* PNG and JPEG files as images, by libpng and libjpeg. TF1: core/kernels/decode_image_op.cc, encode_png_op.cc. */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined(TF1C_PNG)
#include <png.h>
#endif
#if defined(TF1C_JPEG)
#include <jpeglib.h>
#endif

#include "ops/array/array.h"
#include "ops/control_flow/counts.h"
#include "ops/family.h"
#include "ops/image/codec.h"
#include "ops/image/image.h"
#include "ops/nn/window.h"

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

typedef struct {
    int64_t compression;
} png_attrs;
static const tf_attr_def png_fields[] = { TF_ATTR(png_attrs, compression, TF_ATTR_INT), { 0 } };

#if defined(TF1C_PNG)
/* What a file's writer has made so far. */
typedef struct {
    char *data;
    size_t n, room;
} written;

static void append_png(png_structp png, png_bytep from, size_t n)
{
    written *w = png_get_io_ptr(png);
    if (w->n + n > w->room) {
        const size_t room = 2 * (w->n + n);
        char *more = tf1c_realloc(w->data, room);
        if (!more)
            png_error(png, "no memory left");
        w->data = more;
        w->room = room;
    }
    memcpy(w->data + w->n, from, n);
    w->n += n;
}
static void flush_png(png_structp png) { (void)png; }
static void silent_png(png_structp png, png_const_charp text)
{
    (void)text;
    png_longjmp(png, 1);
}
static void unsaid_png(png_structp png, png_const_charp text) { (void)png, (void)text; }

static bool write_png(png_structp png, png_infop info, written *w, const tf_view *in, int compression)
{
    static const int colours[] = { PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGB_ALPHA };
    const int64_t *d = in->dims;
    if (setjmp(png_jmpbuf(png)))
        return false;
    png_set_compression_level(png, compression);
    png_set_write_fn(png, w, append_png, flush_png);
    png_set_IHDR(png, info, (png_uint_32)d[1], (png_uint_32)d[0], 8, colours[d[2] - 1], PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (int64_t row = 0; row < d[0]; row++)
        png_write_row(png, (png_const_bytep)in->data + row * d[1] * d[2]);
    png_write_end(png, NULL);
    return true;
}

/* At a level of compression. */
static void compress(tf_kernel_ctx *k, int compression)
{
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, silent_png, unsaid_png);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    written w = { 0 };
    if (info && write_png(png, info, &w, &k->in[0], compression)) {
        give_bytes(k, 0, w.data, w.n);
    } else {
        tf_kernel_error(k, tf_invalid_argument, "image cannot be written as PNG: %lld by %lld pixels", (long long)k->in[0].dims[0],
                        (long long)k->in[0].dims[1]);
    }
    if (png)
        png_destroy_write_struct(&png, &info);
    tf1c_free(w.data);
}
#endif

static void encode_kernel(tf_kernel_ctx *k)
{
    const tf_view *in = &k->in[0];
    const int64_t compression = ((const png_attrs *)k->attrs)->compression;
    if (compression < -1 || compression > 9) {
        tf_kernel_error(k, tf_invalid_argument, "compression should be in [-1,9], got %lld", (long long)compression);
        return;
    }
#if defined(TF1C_PNG)
    if (compression >= 0) {
        compress(k, (int)compression);
        return;
    }
#endif
    *TF_DATA(k, out, 0, tf_bytes) = tf1c_png_of(k, in->data, in->dims[0], in->dims[1], in->dims[2]);
}

static const tf_op_def encode_png_op = {
    .name = "EncodePng",
    .in = "image:T",
    .out = "contents:string",
    .T = TF_DTYPE_BIT(tf_uint8),
    .attrs = png_fields,
    .attrs_size = sizeof(png_attrs),
    .shape = encode_shape,
    .kernel = encode_kernel,
    .gradient = tf_no_gradient,
};

tf_tensor tf_image_encode_png_(tf_operand image, struct tf_encode_png_args a)
{
    const png_attrs attrs = { a.compression };
    return (tf_tensor){ .op = tf_op_new(&encode_png_op,
                                        (struct tf_op_args){
                                            .here = a.here, .name = a.name, .attrs = &attrs, .n_inputs = 1, .inputs = &image }) };
}

/* ---- EncodeJpeg ------------------------------------------------------------------------------------------------------------------------------ */

typedef struct {
    const char *format;
    int64_t quality;
    bool progressive, optimize_size, chroma_downsampling;
    const char *density_unit;
    int64_t x_density, y_density;
    const char *xmp_metadata;
} jpeg_attrs;
static const tf_attr_def jpeg_fields[] = { TF_ATTR(jpeg_attrs, format, TF_ATTR_STRING),
                                           TF_ATTR(jpeg_attrs, quality, TF_ATTR_INT),
                                           TF_ATTR(jpeg_attrs, progressive, TF_ATTR_BOOL),
                                           TF_ATTR(jpeg_attrs, optimize_size, TF_ATTR_BOOL),
                                           TF_ATTR(jpeg_attrs, chroma_downsampling, TF_ATTR_BOOL),
                                           TF_ATTR(jpeg_attrs, density_unit, TF_ATTR_STRING),
                                           TF_ATTR(jpeg_attrs, x_density, TF_ATTR_INT),
                                           TF_ATTR(jpeg_attrs, y_density, TF_ATTR_INT),
                                           TF_ATTR(jpeg_attrs, xmp_metadata, TF_ATTR_STRING),
                                           { 0 } };

static void encode_jpeg_shape(tf_shape_ctx *c)
{
    if (tf_with_rank(c, 0, 3))
        tf_set_out(c, 0, SCALAR);
}

/* False after what TF says: of the attributes, then of the image. */
static bool jpeg_fits(tf_kernel_ctx *k, const jpeg_attrs *a)
{
    const int64_t *d = k->in[0].dims;
    const int wanted = strcmp(a->format, "grayscale") == 0 ? 1 : strcmp(a->format, "rgb") == 0 ? 3 : 0;
    if (a->quality < 0 || a->quality > 100)
        tf_kernel_error(k, tf_invalid_argument, "quality must be in [0,100], got %lld", (long long)a->quality);
    else if (!wanted && d[2] != 1 && d[2] != 3)
        tf_kernel_error(k, tf_invalid_argument, "image must have 1 or 3 channels, got [%lld,%lld,%lld]", (long long)d[0],
                        (long long)d[1], (long long)d[2]);
    else if (wanted && d[2] != wanted)
        tf_kernel_error(k, tf_invalid_argument, "format %s expects %d channels, got [%lld,%lld,%lld]", a->format, wanted,
                        (long long)d[0], (long long)d[1], (long long)d[2]);
    else
        return true;
    return false;
}

#if defined(TF1C_JPEG)
static void jpeg_settings(struct jpeg_compress_struct *c, const jpeg_attrs *a)
{
    jpeg_set_defaults(c);
    c->optimize_coding = a->optimize_size;
    c->density_unit = *a->density_unit == 'i' ? 1 : 2;
    c->X_density = (UINT16)a->x_density;
    c->Y_density = (UINT16)a->y_density;
    jpeg_set_quality(c, (int)a->quality, TRUE);
    if (a->progressive)
        jpeg_simple_progression(c);
    for (int i = 0; !a->chroma_downsampling && i < c->num_components; i++)
        c->comp_info[i].h_samp_factor = c->comp_info[i].v_samp_factor = 1;
}

/* A marker of its own: a name, its 0, and the text. */
static void write_metadata(struct jpeg_compress_struct *c, const char *text)
{
    static const char name[] = "http://ns.adobe.com/xap/1.0/";
    jpeg_write_m_header(c, JPEG_APP0 + 1, (unsigned)(sizeof name + strlen(text)));
    for (size_t i = 0; i < sizeof name; i++)
        jpeg_write_m_byte(c, name[i]);
    for (; *text; text++)
        jpeg_write_m_byte(c, *text);
}

static bool write_jpeg(struct jpeg_compress_struct *c, jpeg_errors *errors, const tf_view *in, const jpeg_attrs *a,
                       unsigned char **data, unsigned long *n)
{
    const int64_t *d = in->dims;
    if (setjmp(errors->failed))
        return false;
    jpeg_create_compress(c);
    jpeg_mem_dest(c, data, n);
    c->image_width = (JDIMENSION)d[1];
    c->image_height = (JDIMENSION)d[0];
    c->input_components = (int)d[2];
    c->in_color_space = d[2] == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_settings(c, a);
    jpeg_start_compress(c, TRUE);
    if (*a->xmp_metadata)
        write_metadata(c, a->xmp_metadata);
    for (int64_t row = 0; row < d[0]; row++) {
        JSAMPROW line = (JSAMPROW)in->data + row * d[1] * d[2];
        jpeg_write_scanlines(c, &line, 1);
    }
    jpeg_finish_compress(c);
    return true;
}
#endif

static void encode_jpeg_kernel(tf_kernel_ctx *k)
{
    const jpeg_attrs *a = k->attrs;
    if (!jpeg_fits(k, a))
        return;
#if defined(TF1C_JPEG)
    struct jpeg_compress_struct c = { 0 };
    jpeg_errors errors;
    unsigned char *data = NULL;
    unsigned long n = 0;
    c.err = jpeg_std_error(&errors.manager);
    errors.manager.error_exit = fail_jpeg;
    errors.manager.output_message = say_nothing;
    const bool is_written = k->in[0].dims[0] && k->in[0].dims[1] && write_jpeg(&c, &errors, &k->in[0], a, &data, &n);
    if (is_written) {
        give_bytes(k, 0, data, n);
    } else {
        tf_kernel_error(k, tf_internal, "JPEG encoding failed");
    }
    jpeg_destroy_compress(&c);
    free(is_written ? data : NULL); /* libjpeg's malloc; it says where that is at the end alone */
#else
    tf_kernel_error(k, tf_unimplemented, "This tf1c was built without libjpeg: it writes no JPEG files.");
#endif
}

static const tf_op_def encode_jpeg_op = {
    .name = "EncodeJpeg",
    .in = "image:uint8",
    .out = "contents:string",
    .attrs = jpeg_fields,
    .attrs_size = sizeof(jpeg_attrs),
    .shape = encode_jpeg_shape,
    .kernel = encode_jpeg_kernel,
    .gradient = tf_no_gradient,
};

tf_tensor tf_image_encode_jpeg_(tf_operand image, struct tf_encode_jpeg_args a)
{
    static const char *const formats[] = { "", "grayscale", "rgb", NULL }, *const units[] = { "in", "cm", NULL };
    const jpeg_attrs attrs = { a.format ? a.format : "",
                               a.quality,
                               a.progressive,
                               a.optimize_size,
                               a.chroma_downsampling,
                               a.density_unit ? a.density_unit : "in",
                               a.x_density,
                               a.y_density,
                               a.xmp_metadata ? a.xmp_metadata : "" };
    if (!tf1c_check_attr("EncodeJpeg", "format", attrs.format, formats, a.here) ||
        !tf1c_check_attr("EncodeJpeg", "density_unit", attrs.density_unit, units, a.here))
        return (tf_tensor){ .op = tf1c_record_mistake(tf1c_current_graph()) };
    return (tf_tensor){ .op = tf_op_new(&encode_jpeg_op,
                                        (struct tf_op_args){
                                            .here = a.here, .name = a.name, .attrs = &attrs, .n_inputs = 1, .inputs = &image }) };
}

/* clang-format off */
tf1c_op_family tf1c_family_codec = {
    &decode_image_op,
    &encode_png_op,
    &encode_jpeg_op,
    NULL,
};
