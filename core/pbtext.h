/* Messages as text and back, by protobuf-c's descriptors: what TensorFlow calls pbtxt. */
#ifndef TF1C_CORE_PBTEXT_H
#define TF1C_CORE_PBTEXT_H

#include <protobuf-c/protobuf-c.h>

#include "core/bytes.h"
#include "core/status.h"

/* Fields in the order of their numbers, those that are unset or 0 left out. Entries of maps as they come. */
void tf1c_pbtext_print(const ProtobufCMessage *message, tf1c_buffer *to);
/* Text as the message's packed bytes. Fields that the descriptor lacks are skipped. ValueError with the line. */
tf_status tf1c_pbtext_parse(const char *text, size_t n, const ProtobufCMessageDescriptor *descriptor, tf1c_buffer *to, tf_source here);

#endif
