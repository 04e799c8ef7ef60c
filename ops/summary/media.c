/* Summaries of images and sounds. TF1: core/kernels/summary_image_op.cc, summary_audio_op.cc, core/lib/wav/wav_io.cc. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/bytes.h"
#include "ops/array/array.h"
#include "ops/image/codec.h"
#include "ops/summary/summaries.h"

static int64_t fewer(int64_t a, int64_t b) { return a < b ? a : b; }

/* "TAG/image", or "TAG/image/2" where several were asked for. */
static char *tag_of(tf_kernel_ctx *k, const char *kind, int64_t i, bool several)
{
    const size_t room = TF_DATA(k, in, 0, tf_bytes)->size + 32;
    const char *tag = tf1c_tag_in(k, 0);
    char *text = tag ? tf_kernel_string(k, room) : NULL;
    if (text && several)
        snprintf(text, room, "%s/%s/%lld", tag, kind, (long long)i);
    else if (text)
        snprintf(text, room, "%s/%s", tag, kind);
    return text;
}

/* ---- ImageSummary -------------------------------------------------------------------------------------------------------------- */

typedef struct {
    int64_t max_images;
    tf_ndarray bad_color; /* uint8 [4] of what is not finite; without: red */
} image_attrs;
static const tf_attr_def image_fields[] = { TF_ATTR(image_attrs, max_images, TF_ATTR_INT),
                                            TF_ATTR(image_attrs, bad_color, TF_ATTR_ARRAY),
                                            { 0 } };
static const uint8_t red[4] = { 255, 0, 0, 255 };

/* NULL after the kernel's error: too few channels. */
static const uint8_t *bad_color(tf_kernel_ctx *k, int64_t channels)
{
    const tf_ndarray *a = &((const image_attrs *)k->attrs)->bad_color;
    if (!a->data)
        return red;
    if (a->dtype == tf_uint8 && np_size(*a) >= channels)
        return a->data;
    tf_kernel_error(k, tf_invalid_argument, "expected depth <= bad_color.size, got depth = %lld, bad_color.size = %lld",
                    (long long)channels, (long long)np_size(*a));
    return NULL;
}

static float value_at(const tf_view *v, int64_t i)
{
    return v->dtype == tf_float64 ? (float)((const double *)v->data)[i] : ((const float *)v->data)[i];
}

static bool is_finite(const tf_view *v, int64_t pixel, int64_t channels)
{
    for (int64_t c = 0; c < channels; c++)
        if (!isfinite(value_at(v, pixel + c)))
            return false;
    return true;
}

/* What maps the image's numbers to bytes: 0 to the greatest, or with 0 in the middle where some are below. */
static void scale_of(const tf_view *v, int64_t begin, int64_t end, int64_t channels, float *scale, float *offset)
{
    float low = INFINITY, high = -INFINITY;
    for (int64_t p = begin; p < end; p += channels)
        for (int64_t c = 0; is_finite(v, p, channels) && c < channels; c++) {
            low = fminf(low, value_at(v, p + c));
            high = fmaxf(high, value_at(v, p + c));
        }
    const float most = low < 0 ? fmaxf(fabsf(low), fabsf(high)) : high;
    *offset = low < 0 ? 128 : 0;
    *scale = most < 1e-6f ? 0 : (low < 0 ? 127.0f : 255.0f) / most;
}

static void to_bytes(const tf_view *v, int64_t begin, int64_t end, int64_t channels, const uint8_t *bad, uint8_t *to)
{
    float scale, offset;
    scale_of(v, begin, end, channels, &scale, &offset);
    for (int64_t p = begin; p < end; p += channels)
        for (int64_t c = 0, finite = is_finite(v, p, channels); c < channels; c++)
            *to++ = finite ? (uint8_t)(value_at(v, p + c) * scale + offset) : bad[c];
}

static bool is_drawable(tf_kernel_ctx *k)
{
    char dims[TF_DIMS_TEXT];
    const tf_view *v = &k->in[1];
    if (v->rank == 4 && (v->dims[3] == 1 || v->dims[3] == 3 || v->dims[3] == 4))
        return true;
    tf_kernel_error(k, tf_invalid_argument, "Tensor must be 4-D with last dim 1, 3, or 4, not %s",
                    tf_dims_kernel_text(dims_of_view(v), dims, sizeof dims));
    return false;
}

/* Image i of the batch; false after the kernel's error. */
static bool draw(tf_kernel_ctx *k, int64_t i, const uint8_t *bad, uint8_t *room, Tf1c__Summary__Image *to)
{
    const tf_view *v = &k->in[1];
    const int64_t h = v->dims[1], w = v->dims[2], channels = v->dims[3], size = h * w * channels;
    const uint8_t *pixels = v->dtype == tf_uint8 ? (const uint8_t *)v->data + i * size : room;
    if (v->dtype != tf_uint8)
        to_bytes(v, i * size, (i + 1) * size, channels, bad, room);
    const tf_bytes png = tf1c_png_of(k, pixels, h, w, channels);
    to->height = (int32_t)h;
    to->width = (int32_t)w;
    to->colorspace = (int32_t)channels;
    to->encoded_image_string = (ProtobufCBinaryData){ png.size, (uint8_t *)png.data };
    return png.data;
}

static void image_kernel(tf_kernel_ctx *k)
{
    const tf_view *v = &k->in[1];
    const int64_t most = ((const image_attrs *)k->attrs)->max_images;
    const uint8_t *bad = is_drawable(k) ? bad_color(k, v->dims[3]) : NULL;
    if (!bad)
        return;
    const int64_t n = fewer(most, v->dims[0]);
    uint8_t *room = (uint8_t *)tf_kernel_string(k, (size_t)(v->dims[1] * v->dims[2] * v->dims[3]) + 1);
    Tf1c__Summary__Image *images = (Tf1c__Summary__Image *)tf_kernel_string(k, (size_t)n * sizeof *images + 1);
    Tf1c__Summary__Value *values = (Tf1c__Summary__Value *)tf_kernel_string(k, (size_t)n * sizeof *values + 1);
    Tf1c__Summary__Value **all = (Tf1c__Summary__Value **)tf_kernel_string(k, (size_t)n * sizeof *all + 1);
    for (int64_t i = 0; i < n && room && images && values && all; i++) {
        images[i] = (Tf1c__Summary__Image)TF1C__SUMMARY__IMAGE__INIT;
        values[i] = (Tf1c__Summary__Value)TF1C__SUMMARY__VALUE__INIT;
        if (!draw(k, i, bad, room, &images[i]) || !(values[i].tag = tag_of(k, "image", i, most > 1)))
            return;
        values[i].value_case = TF1C__SUMMARY__VALUE__VALUE_IMAGE;
        values[i].image = &images[i];
        all[i] = &values[i];
    }
    if (room && images && values && all)
        tf1c_give_summary(k, (size_t)n, all);
}

static const tf_op_def image_op = {
    .name = "ImageSummary",
    .in = "tag:string, tensor:T",
    .out = "summary:string",
    .T = TF_FLOATING | TF_DTYPE_BIT(tf_uint8),
    .attrs = image_fields,
    .attrs_size = sizeof(image_attrs),
    .shape = tf_scalar_shape,
    .kernel = image_kernel,
    .gradient = tf_no_gradient,
};

tf_tensor tf_summary_image_(struct tf_summary_image_args a)
{
    const image_attrs attrs = { a.max_outputs, np_array((void *)red, tf_uint8, SHAPE(4)) };
    if (a.max_outputs < 1 || a.max_outputs > INT32_MAX)
        return tf_mistake(tf_value_error, a.here, NULL,
                          a.max_outputs < 1 ? "Value for attr 'max_images' of %lld must be at least minimum 1"
                                            : "max_images must be < 2^31, got %lld",
                          (long long)a.max_outputs);
    return tf1c_summary_node((tf1c_summary_parts){ .def = &image_op,
                                                   .tag_name = "tag",
                                                   .x = tf1c_given(a.tensor),
                                                   .attrs = &attrs,
                                                   .name = a.name,
                                                   .collections = a.collections,
                                                   .family = a.family,
                                                   .here = a.here });
}

/* ---- AudioSummaryV2 ------------------------------------------------------------------------------------------------------------- */

typedef struct {
    int64_t max_outputs;
} audio_attrs;
static const tf_attr_def audio_fields[] = { TF_ATTR(audio_attrs, max_outputs, TF_ATTR_INT), { 0 } };

enum { WAV_HEADER = 44 };

static char *put(char *to, uint32_t x, int bytes)
{
    for (int i = 0; i < bytes; i++)
        *to++ = (char)(x >> 8 * i);
    return to;
}

static int16_t sample_of(float x) { return (int16_t)fminf(fmaxf(roundf(x * 32768), -32768), 32767); }

/* 16-bit samples behind the header of a RIFF file; none after the kernel's error. */
static tf_bytes wav(tf_kernel_ctx *k, const float *samples, int64_t frames, int64_t channels, uint32_t rate)
{
    const uint64_t size = (uint64_t)frames * (uint64_t)channels * 2 + WAV_HEADER;
    if (!channels || channels > UINT16_MAX || size > UINT32_MAX) {
        tf_kernel_error(k, tf_invalid_argument,
                        channels && channels <= UINT16_MAX ? "Provided channels and frames cannot be encoded as a WAV."
                                                           : "num_channels must be in (0, 2^16), got: %lld",
                        (long long)channels);
        return (tf_bytes){ 0 };
    }
    char *data = tf_kernel_string(k, size), *at = data;
    if (!data)
        return (tf_bytes){ 0 };
    const uint32_t frame = (uint32_t)channels * 2;
    at = put(memcpy(at, "RIFF", 4) ? at + 4 : at, (uint32_t)size - 8, 4);
    memcpy(at, "WAVEfmt ", 8);
    at = put(put(put(at + 8, 16, 4), 1, 2), (uint32_t)channels, 2);
    at = put(put(put(put(at, rate, 4), rate * frame, 4), frame, 2), 16, 2);
    memcpy(at, "data", 4);
    at = put(at + 4, (uint32_t)(size - WAV_HEADER), 4);
    for (int64_t i = 0; i < frames * channels; i++)
        at = put(at, (uint16_t)sample_of(samples[i]), 2);
    return (tf_bytes){ data, size };
}

static bool is_audible(tf_kernel_ctx *k, float rate)
{
    char dims[TF_DIMS_TEXT];
    const tf_view *v = &k->in[1];
    if (v->rank != 2 && v->rank != 3)
        tf_kernel_error(k, tf_invalid_argument, "Tensor must be 3-D or 2-D, got: %s",
                        tf_dims_kernel_text(dims_of_view(v), dims, sizeof dims));
    else if (!(rate > 0))
        tf_kernel_error(k, tf_invalid_argument, "sample_rate must be > 0");
    return (v->rank == 2 || v->rank == 3) && rate > 0;
}

static void audio_kernel(tf_kernel_ctx *k)
{
    const tf_view *v = &k->in[1];
    const float rate = *TF_DATA(k, in, 2, float);
    const int64_t most = ((const audio_attrs *)k->attrs)->max_outputs;
    if (!is_audible(k, rate))
        return;
    const int64_t n = fewer(most, v->dims[0]), frames = v->dims[1], channels = v->rank == 2 ? 1 : v->dims[2];
    const uint32_t whole = rate < 1 ? 1 : rate < (float)UINT32_MAX ? (uint32_t)llrintf(rate) : UINT32_MAX;
    Tf1c__Summary__Audio *sounds = (Tf1c__Summary__Audio *)tf_kernel_string(k, (size_t)n * sizeof *sounds + 1);
    Tf1c__Summary__Value *values = (Tf1c__Summary__Value *)tf_kernel_string(k, (size_t)n * sizeof *values + 1);
    Tf1c__Summary__Value **all = (Tf1c__Summary__Value **)tf_kernel_string(k, (size_t)n * sizeof *all + 1);
    for (int64_t i = 0; i < n && sounds && values && all; i++) {
        const tf_bytes file = wav(k, TF_DATA(k, in, 1, float) + i * frames * channels, frames, channels, whole);
        sounds[i] = (Tf1c__Summary__Audio)TF1C__SUMMARY__AUDIO__INIT;
        values[i] = (Tf1c__Summary__Value)TF1C__SUMMARY__VALUE__INIT;
        if (!file.data || !(values[i].tag = tag_of(k, "audio", i, most > 1)))
            return;
        sounds[i].sample_rate = rate;
        sounds[i].num_channels = channels;
        sounds[i].length_frames = frames;
        sounds[i].encoded_audio_string = (ProtobufCBinaryData){ file.size, (uint8_t *)file.data };
        sounds[i].content_type = (char *)"audio/wav";
        values[i].value_case = TF1C__SUMMARY__VALUE__VALUE_AUDIO;
        values[i].audio = &sounds[i];
        all[i] = &values[i];
    }
    if (sounds && values && all)
        tf1c_give_summary(k, (size_t)n, all);
}

static const tf_op_def audio_op = {
    .name = "AudioSummaryV2",
    .in = "tag:string, tensor:float32, sample_rate:float32",
    .out = "summary:string",
    .attrs = audio_fields,
    .attrs_size = sizeof(audio_attrs),
    .shape = tf_scalar_shape,
    .kernel = audio_kernel,
    .gradient = tf_no_gradient,
};

tf_tensor tf_summary_audio_(struct tf_summary_audio_args a)
{
    const audio_attrs attrs = { a.max_outputs };
    const tf_operand rate = tf1c_given(a.sample_rate);
    if (a.max_outputs < 1)
        return tf_mistake(tf_value_error, a.here, NULL, "Value for attr 'max_outputs' of %lld must be at least minimum 1",
                          (long long)a.max_outputs);
    return tf1c_summary_node((tf1c_summary_parts){ .def = &audio_op,
                                                   .tag_name = "tag",
                                                   .x = tf1c_given(a.tensor),
                                                   .more = &rate,
                                                   .attrs = &attrs,
                                                   .name = a.name,
                                                   .collections = a.collections,
                                                   .family = a.family,
                                                   .here = a.here });
}

/* clang-format off */
tf1c_op_family tf1c_family_media = {
    &image_op,
    &audio_op,
    NULL,
};
