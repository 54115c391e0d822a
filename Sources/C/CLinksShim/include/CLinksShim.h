// TLS 1.3 over non-blocking sockets, and certificates, without OpenSSL's macros and headers.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// What an operation on a channel came to, when it moved no bytes.
enum {
    KL_TLS_CLOSED = 0,
    KL_TLS_WANTS_READ = -1,
    KL_TLS_WANTS_WRITE = -2,
    /// What came is not TLS as it must be.
    KL_TLS_FAILED = -3,
    /// The connection ended or broke without a farewell.
    KL_TLS_LOST = -4,
};

/// A certificate with its key, and the rules of all channels made from it.
typedef struct kl_tls_context kl_tls_context;

/// One TLS connection over a socket that it does not own.
typedef struct kl_tls kl_tls;

/// NULL unless the texts are PEM of a certificate and of the key that belongs to it.
///
/// TLS 1.3 only, no resumption; both sides must present a certificate, and any one is taken.
kl_tls_context *kl_tls_context_new(const void *certificate, size_t certificate_size,
                                   const void *key, size_t key_size);
void kl_tls_context_free(kl_tls_context *context);

/// NULL when memory is out. The socket must stay open until `kl_tls_free`.
kl_tls *kl_tls_new(kl_tls_context *context, int descriptor, bool is_acceptor);
void kl_tls_free(kl_tls *channel);

/// 1 when the handshake is done, else one of the constants above.
int kl_tls_handshake(kl_tls *channel);

/// Bytes read or written, else one of the constants above; `size` is at least 1.
///
/// A write that wants something is repeated with the same bytes, which may have moved.
long kl_tls_read(kl_tls *channel, void *bytes, size_t size);
long kl_tls_write(kl_tls *channel, const void *bytes, size_t size);

/// Tells the peer that nothing follows, as far as the socket takes it now.
void kl_tls_close(kl_tls *channel);

/// The channel binding `tls-exporter` of RFC 9266, after the handshake. False on failure.
bool kl_tls_exporter(kl_tls *channel, uint8_t binding[32]);

/// When the peer's certificate ends, in seconds since 1970. False if it has none or a bad date.
bool kl_tls_peer_expiry(kl_tls *channel, int64_t *seconds);

/// Bytes that went over the socket in each direction.
uint64_t kl_tls_bytes_in(const kl_tls *channel);
uint64_t kl_tls_bytes_out(const kl_tls *channel);

/// Makes a P-256 key and a certificate signed with it, both as PEM, for `kl_tls_text_free`.
bool kl_certificate_make(const char *name, int64_t from, int64_t until, char **certificate,
                         size_t *certificate_size, char **key, size_t *key_size);

/// Zeroes and frees a text.
void kl_tls_text_free(char *text, size_t size);

/// When a PEM certificate begins and ends, in seconds since 1970. False if it is malformed.
bool kl_certificate_dates(const void *certificate, size_t size, int64_t *from, int64_t *until);

/// Accepts one connection, non-blocking and closed on exec; -1 with errno otherwise.
int kl_link_accept(int descriptor, void *address, unsigned int *address_size);

/// Sends small writes at once, and gives up on a peer that acknowledges nothing for so long.
void kl_link_tune(int descriptor, unsigned int silence_milliseconds);

/// A non-blocking pipe whose ends are closed at exec. Returns 0, or -1 and errno.
int kl_link_pipe(int ends[2]);
