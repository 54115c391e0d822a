// What Swift cannot import from libmicrohttpd: variadic functions, and GnuTLS sessions.
#pragma once
#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// How one daemon (one thread with its own epoll) is started.
typedef struct {
    unsigned int connection_limit;
    unsigned int idle_timeout_seconds;
    size_t connection_memory;
    /// PEM texts; all three NULL for plain HTTP.
    const char *certificate;
    const char *private_key;
    const char *priorities;
    /// Passed to every callback.
    void *context;
    MHD_AccessHandlerCallback access;
    void *(*target)(void *context, const char *target, struct MHD_Connection *connection);
    MHD_RequestCompletedCallback completed;
    MHD_NotifyConnectionCallback notified;
} kl_http_options;

/// One header line as it stands in the connection's memory.
typedef struct {
    const char *name;
    size_t name_size;
    const char *value;
    size_t value_size;
} kl_http_header;

typedef enum {
    KL_HTTP_HEAD_OK = 0,
    /// The head's bytes are not exactly what libmicrohttpd made of them.
    KL_HTTP_HEAD_MALFORMED = 1,
    KL_HTTP_HEAD_TOO_MANY = 2,
} kl_http_head_result;

/// Starts a daemon without a listening socket; sockets are handed to it with MHD_add_connection.
struct MHD_Daemon *kl_http_start(const kl_http_options *options);

/// Lists the header lines, and checks that there is nothing in the head between them.
///
/// libmicrohttpd 0.9.75 tolerates bare LF, folded lines, NUL (it cuts the text there) and several
/// spaces in the request line. Two parsers that disagree are how requests are smuggled, so
/// the positions of everything it found must follow each other without a gap.
kl_http_head_result kl_http_read_head(
    struct MHD_Connection *connection, const char *method, const char *target, size_t target_size,
    const char *version, kl_http_header *headers, size_t capacity, size_t *count,
    size_t *head_size);

/// The object that the connection-started callback left, or NULL.
void *kl_http_socket_context(struct MHD_Connection *connection);

/// The connection's socket, or -1.
int kl_http_socket(struct MHD_Connection *connection);

/// A response with a copy of the bytes.
struct MHD_Response *kl_http_response(const void *bytes, size_t count);

/// Writes a whole answer past libmicrohttpd, on its thread, and closes the sending side.
///
/// libmicrohttpd 0.9.75 cannot answer in the middle of a request body; this can, over TLS too.
bool kl_http_send_and_finish(struct MHD_Connection *connection, const void *bytes, size_t count);

/// Accepts one connection, non-blocking and closed on exec; -1 with errno otherwise.
int kl_http_accept(int descriptor, void *address, unsigned int *address_size);

/// Writes the current time as an IMF-fixdate (29 characters and a NUL). Source: RFC 9110 §5.6.7.
void kl_http_date(char out[32]);
