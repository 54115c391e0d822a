#define _GNU_SOURCE
#include "CMicroHTTPDShim.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

/// Targets are decoded by the server room, strictly; libmicrohttpd must leave them alone.
static size_t keep(void *context, struct MHD_Connection *connection, char *text) {
    (void)context;
    (void)connection;
    return strlen(text);
}

struct MHD_Daemon *kl_http_start(const kl_http_options *options) {
    unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
                         MHD_USE_NO_LISTEN_SOCKET;
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)options->private_key},
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)options->certificate},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)options->priorities},
        {MHD_OPTION_END, 0, NULL},
    };
    struct MHD_OptionItem plain[] = {{MHD_OPTION_END, 0, NULL}};
    bool secure = options->certificate != NULL;
    if (secure)
        flags |= MHD_USE_TLS;
    return MHD_start_daemon(
        flags, 0, NULL, NULL, options->access, options->context,
        MHD_OPTION_CONNECTION_LIMIT, options->connection_limit,
        MHD_OPTION_CONNECTION_TIMEOUT, options->idle_timeout_seconds,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, options->connection_memory,
        MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_UNESCAPE_CALLBACK, keep, NULL,
        MHD_OPTION_URI_LOG_CALLBACK, options->target, options->context,
        MHD_OPTION_NOTIFY_COMPLETED, options->completed, options->context,
        MHD_OPTION_NOTIFY_CONNECTION, options->notified, options->context,
        MHD_OPTION_ARRAY, secure ? tls : plain,
        MHD_OPTION_END);
}

typedef struct {
    kl_http_header *headers;
    size_t capacity;
    size_t count;
    const char *expected;
    kl_http_head_result result;
} walk;

static enum MHD_Result visit(
    void *context, enum MHD_ValueKind kind, const char *name, size_t name_size, const char *value,
    size_t value_size) {
    (void)kind;
    walk *walk = context;
    if (walk->count == walk->capacity) {
        walk->result = KL_HTTP_HEAD_TOO_MANY;
        return MHD_NO;
    }
    if (name != walk->expected || value == NULL || value <= name + name_size) {
        walk->result = KL_HTTP_HEAD_MALFORMED;
        return MHD_NO;
    }
    for (const char *between = name + name_size + 1; between < value; between++)
        if (*between != ' ' && *between != '\t') {
            walk->result = KL_HTTP_HEAD_MALFORMED;
            return MHD_NO;
        }
    walk->headers[walk->count++] = (kl_http_header){name, name_size, value, value_size};
    walk->expected = value + value_size + 2;
    return MHD_YES;
}

kl_http_head_result kl_http_read_head(
    struct MHD_Connection *connection, const char *method, const char *target, size_t target_size,
    const char *version, kl_http_header *headers, size_t capacity, size_t *count,
    size_t *head_size) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    *count = 0;
    *head_size = info == NULL ? 0 : info->header_size;
    if (info == NULL || target == NULL || method + strlen(method) + 1 != target ||
        target + target_size + 1 != version || strlen(version) != 8)
        return KL_HTTP_HEAD_MALFORMED;
    walk walk = {headers, capacity, 0, version + 8 + 2, KL_HTTP_HEAD_OK};
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, visit, &walk);
    *count = walk.count;
    if (walk.result == KL_HTTP_HEAD_OK && walk.expected + 2 != method + *head_size)
        return KL_HTTP_HEAD_MALFORMED;
    return walk.result;
}

void *kl_http_socket_context(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : info->socket_context;
}

int kl_http_socket(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info == NULL ? -1 : info->connect_fd;
}

struct MHD_Response *kl_http_response(const void *bytes, size_t count) {
    return MHD_create_response_from_buffer(count, (void *)bytes, MHD_RESPMEM_MUST_COPY);
}

bool kl_http_send_and_finish(struct MHD_Connection *connection, const void *bytes, size_t count) {
    int descriptor = kl_http_socket(connection);
    if (descriptor < 0)
        return false;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    if (info == NULL || info->tls_session == NULL) {
        ssize_t sent = send(descriptor, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);
        shutdown(descriptor, SHUT_WR);
        return sent == (ssize_t)count;
    }
    gnutls_session_t session = (gnutls_session_t)info->tls_session;
    size_t sent = 0;
    while (sent < count) {
        ssize_t part = gnutls_record_send(session, (const char *)bytes + sent, count - sent);
        if (part <= 0)
            return false;
        sent += (size_t)part;
    }
    gnutls_bye(session, GNUTLS_SHUT_WR);
    shutdown(descriptor, SHUT_WR);
    return true;
}

int kl_http_accept(int descriptor, void *address, unsigned int *address_size) {
    socklen_t size = *address_size;
    int accepted = accept4(descriptor, address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    *address_size = size;
    return accepted;
}

void kl_http_date(char out[32]) {
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t now = time(NULL);
    struct tm parts;
    gmtime_r(&now, &parts);
    strftime(out, 32, "xxx, %d xxx %Y %H:%M:%S GMT", &parts);
    memcpy(out, days + 3 * parts.tm_wday, 3);
    memcpy(out + 8, months + 3 * parts.tm_mon, 3);
}
