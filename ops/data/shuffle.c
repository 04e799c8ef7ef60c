/* A buffer of elements, drawn from in TF's order for the same seeds. TF1: core/kernels/data/shuffle_dataset_op.cc. */
#include "core/philox.h"
#include "ops/data/stage.h"

enum { MOST_EPOCHS = 3, MOST_SLICES = 8 }; /* epochs: while the buffer holds elements of more, each call adds one alone */

/* The buffer is a ring; each epoch's elements lie in it one after the other, numbered on from epoch to epoch. */
typedef struct {
    int64_t begin, end;
} slice;
typedef struct {
    tf1c_element *ring;
    tf1c_element drawn; /* what next is read into */
    int64_t size, opened, held, epoch;
    slice slices[MOST_SLICES];
    int n_slices;
    bool begun, done; /* the input has been asked; has no more */
    tf1c_philox seeds;
    tf1c_philox_stream words, reseeding; /* reseeding: of the seeds of each pass */
} shuffling;

static void begin_pass(tf1c_stage *s, bool reseed)
{
    shuffling *h = s->mine;
    h->held = h->epoch = 0;
    h->slices[0] = (slice){ 0, 0 };
    h->n_slices = 1;
    h->begun = h->done = false;
    tf1c_philox seeds = h->seeds;
    if (reseed) {
        seeds = (tf1c_philox){ .seed = tf1c_philox_next(&h->reseeding) };
        seeds.seed2 = tf1c_philox_next(&h->reseeding);
    }
    h->words = tf1c_philox_stream_of(&seeds);
}

static bool shuffle_open(tf1c_stage *s)
{
    shuffling *h = s->mine;
    h->size = tf1c_stage_number(s, 0);
    if (h->size <= 0) {
        tf1c_stage_fault(s, tf_invalid_argument, "buffer_size must be greater than zero.");
        return false;
    }
    h->seeds = tf1c_philox_init(s->of->seed, s->of->seed2);
    h->reseeding = tf1c_philox_stream_of(&h->seeds);
    return true;
}

static bool plain_open(tf1c_stage *s)
{
    if (!shuffle_open(s))
        return false;
    begin_pass(s, s->of->flag);
    return true;
}
static bool repeating_open(tf1c_stage *s)
{
    if (!shuffle_open(s))
        return false;
    begin_pass(s, false);
    return true;
}
static void plain_restart(tf1c_stage *s) { begin_pass(s, s->of->flag); }
static void repeating_restart(tf1c_stage *s) { begin_pass(s, false); }

/* Room for the element numbered `at`: the ring grows as far as it is needed. */
static bool make_room(shuffling *h, int64_t at, int n)
{
    if (at % h->size < h->opened)
        return true;
    if ((h->opened & (h->opened - 1)) == 0) { /* at each power of two */
        const int64_t bigger = h->opened ? 2 * h->opened : 1;
        tf1c_element *more = tf1c_realloc(h->ring, (size_t)bigger * sizeof *more);
        if (!more)
            return false;
        h->ring = more;
    }
    if (!tf1c_element_open(&h->ring[h->opened], n))
        return false;
    h->opened++;
    return true;
}

/* From here on elements are of the next epoch. */
static void open_slice(shuffling *h)
{
    const slice *last = &h->slices[h->n_slices - 1];
    if (last->begin != last->end && h->n_slices < MOST_SLICES) {
        h->slices[h->n_slices] = (slice){ last->end, last->end };
        h->n_slices++;
    }
}

/* The input's next element, of the next epoch at the end of one; count: of epochs. */
static tf1c_next draw(tf1c_stage *s, int64_t count)
{
    shuffling *h = s->mine;
    for (;;) {
        const bool first = !h->begun;
        const tf1c_next next = tf1c_stage_from(s, 0, &h->drawn);
        h->begun = true;
        if (next != TF1C_END)
            return next;
        h->epoch++;
        if ((first && count < 0) || (count >= 0 && h->epoch >= count))
            return TF1C_END;
        open_slice(h);
        tf1c_stage_restart(s->inputs[0]);
    }
}

static tf1c_next fill(tf1c_stage *s, int n, int64_t count)
{
    shuffling *h = s->mine;
    if (!h->drawn.at && !tf1c_element_open(&h->drawn, n))
        return tf1c_stage_out_of_memory(s);
    while (!h->done && h->held < h->size) {
        const tf1c_next next = draw(s, count);
        h->done = next == TF1C_END;
        if (next != TF1C_ELEMENT)
            return next;
        slice *last = &h->slices[h->n_slices - 1];
        if (!make_room(h, last->end, n))
            return tf1c_stage_out_of_memory(s);
        tf1c_element_swap(&h->ring[last->end++ % h->size], &h->drawn);
        h->held++;
        if (h->n_slices > MOST_EPOCHS)
            break;
    }
    return TF1C_ELEMENT;
}

static void drop_empty(shuffling *h)
{
    while (h->n_slices > 1 && h->slices[0].begin == h->slices[0].end) {
        h->n_slices--;
        for (int i = 0; i < h->n_slices; i++)
            h->slices[i] = h->slices[i + 1];
    }
}

static tf1c_next shuffle_from(tf1c_stage *s, tf1c_element *e, int64_t count)
{
    shuffling *h = s->mine;
    const tf1c_next filled = fill(s, e->n, count);
    if (filled == TF1C_FAULT)
        return filled;
    if (!h->held)
        return TF1C_END;
    drop_empty(h);
    slice *first = &h->slices[0];
    const int64_t at = (first->begin + tf1c_philox_next(&h->words) % (first->end - first->begin)) % h->size;
    tf1c_element_swap(e, &h->ring[at]);
    tf1c_element_swap(&h->ring[at], &h->ring[first->begin % h->size]);
    first->begin++;
    h->held--;
    return TF1C_ELEMENT;
}

static void shuffle_close(tf1c_stage *s)
{
    shuffling *h = s->mine;
    for (int64_t i = 0; i < h->opened; i++)
        tf1c_element_close(&h->ring[i]);
    tf1c_free(h->ring);
    tf1c_element_close(&h->drawn);
}

static tf1c_next plain_next(tf1c_stage *s, tf1c_element *e) { return shuffle_from(s, e, 1); }
/* The count is the repeat's value, which lies before the shuffle's own. */
static tf1c_next repeating_next(tf1c_stage *s, tf1c_element *e) { return shuffle_from(s, e, tf1c_stage_number(s, -1)); }

const tf1c_stage_kind tf1c_shuffle_stage = { .name = "ShuffleDataset",
                                             .size = sizeof(shuffling),
                                             .open = plain_open,
                                             .next = plain_next,
                                             .restart = plain_restart,
                                             .close = shuffle_close };
const tf1c_stage_kind tf1c_shuffle_and_repeat_stage = { .name = "ShuffleAndRepeatDataset",
                                                        .size = sizeof(shuffling),
                                                        .open = repeating_open,
                                                        .next = repeating_next,
                                                        .restart = repeating_restart,
                                                        .close = shuffle_close };
