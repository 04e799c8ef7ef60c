/* Event files, record by record. TF1: python/summary/summary_iterator.py */
#include "session/summary/summary_iterator.h"

#include <limits.h>

#include "core/proto/event.pb-c.h"
#include "core/protobuf.h"
#include "core/record.h"
#include "core/safe_file.h"

struct tf_event_iterator {
    char *path, *bytes;
    tf1c_reader in;
    Tf1c__Event *event;       /* the last one given */
    tf_summary_value *values; /* of its summary */
};

static tf_status no_memory(tf_source here) { return tf_fail(tf_memory_error, here, NULL, "no memory left for an event"); }

tf_event_iterator *tf_train_summary_iterator_(const char *path, tf_source here)
{
    size_t n = 0;
    if (!path) {
        tf_fail(tf_value_error, here, NULL, "tf_train_summary_iterator wants a path, got NULL");
        return NULL;
    }
    tf_event_iterator *it = tf1c_alloc_zero(sizeof *it);
    if (!it || !(it->path = tf1c_strdup(path))) {
        no_memory(here);
        tf_event_iterator_free(it);
        return NULL;
    }
    it->bytes = tf1c_read_file(path, INT_MAX, &n, here);
    if (!it->bytes) {
        tf_event_iterator_free(it);
        return NULL;
    }
    it->in = (tf1c_reader){ it->bytes, it->bytes + n, false };
    return it;
}

static void forget_event(tf_event_iterator *it)
{
    if (it->event)
        tf1c__event__free_unpacked(it->event, &tf1c_pb);
    tf1c_free(it->values);
    it->event = NULL;
    it->values = NULL;
}

void tf_event_iterator_free(tf_event_iterator *it)
{
    if (!it)
        return;
    forget_event(it);
    tf1c_free(it->bytes);
    tf1c_free(it->path);
    tf1c_free(it);
}

static tf_bytes bytes_of(ProtobufCBinaryData b) { return (tf_bytes){ (const char *)b.data, b.len }; }

static tf_summary_value value_of(const Tf1c__Summary__Value *v)
{
    tf_summary_value to = { .tag = v->tag };
    if (v->value_case == TF1C__SUMMARY__VALUE__VALUE_SIMPLE_VALUE) {
        to.kind = TF_SUMMARY_SIMPLE_VALUE;
        to.simple_value = v->simple_value;
    } else if (v->value_case == TF1C__SUMMARY__VALUE__VALUE_HISTO) {
        const Tf1c__HistogramProto *h = v->histo;
        to.kind = TF_SUMMARY_HISTO;
        to.histo.min = h->min, to.histo.max = h->max, to.histo.num = h->num;
        to.histo.sum = h->sum, to.histo.sum_squares = h->sum_squares;
    } else if (v->value_case == TF1C__SUMMARY__VALUE__VALUE_IMAGE) {
        const Tf1c__Summary__Image *i = v->image;
        to.kind = TF_SUMMARY_IMAGE;
        to.image.height = i->height, to.image.width = i->width, to.image.colorspace = i->colorspace;
        to.image.encoded_image_string = bytes_of(i->encoded_image_string);
    } else if (v->value_case == TF1C__SUMMARY__VALUE__VALUE_AUDIO) {
        const Tf1c__Summary__Audio *a = v->audio;
        to.kind = TF_SUMMARY_AUDIO;
        to.audio.sample_rate = a->sample_rate, to.audio.num_channels = a->num_channels;
        to.audio.length_frames = a->length_frames;
        to.audio.encoded_audio_string = bytes_of(a->encoded_audio_string);
    } else if (v->value_case == TF1C__SUMMARY__VALUE__VALUE_TENSOR) {
        to.kind = TF_SUMMARY_TENSOR;
    }
    return to;
}

static bool take_summary(tf_event_iterator *it, const Tf1c__Summary *s, tf_event *to, tf_source here)
{
    it->values = tf1c_alloc((s->n_value + 1) * sizeof *it->values);
    if (!it->values)
        return no_memory(here), false;
    for (size_t i = 0; i < s->n_value; i++)
        it->values[i] = value_of(s->value[i]);
    to->summary.n = (int)s->n_value;
    to->summary.value = it->values;
    return true;
}

static bool take_event(tf_event_iterator *it, tf_event *to, tf_source here)
{
    const Tf1c__Event *e = it->event;
    *to = (tf_event){ .wall_time = e->wall_time, .step = e->step };
    if (e->what_case == TF1C__EVENT__WHAT_FILE_VERSION) {
        to->file_version = e->file_version;
    } else if (e->what_case == TF1C__EVENT__WHAT_GRAPH_DEF) {
        to->graph_def = bytes_of(e->graph_def);
    } else if (e->what_case == TF1C__EVENT__WHAT_SUMMARY) {
        return take_summary(it, e->summary, to, here);
    } else if (e->what_case == TF1C__EVENT__WHAT_TAGGED_RUN_METADATA) {
        to->tagged_run_metadata.tag = e->tagged_run_metadata->tag;
        to->tagged_run_metadata.run_metadata = bytes_of(e->tagged_run_metadata->run_metadata);
    }
    return true;
}

bool tf_next_event_(tf_event_iterator *it, tf_event *event, tf_source here)
{
    tf_bytes record;
    char fault[64];
    if (!it || !event)
        return false;
    forget_event(it);
    *event = (tf_event){ 0 };
    const size_t at = (size_t)(it->in.at - it->bytes);
    const int got = tf1c_record_next(&it->in, it->bytes, &record, fault, sizeof fault);
    if (got > 0 && (it->event = tf1c__event__unpack(&tf1c_pb, record.size, (const uint8_t *)record.data)))
        return take_event(it, event, here);
    if (got > 0)
        tf_fail(tf_data_loss, here, NULL, "%s: the record at %zu is no Event", it->path, at);
    else if (got < 0)
        tf_fail(tf_data_loss, here, NULL, "%s: %s", it->path, fault);
    it->in.at = it->in.end;
    return false;
}
