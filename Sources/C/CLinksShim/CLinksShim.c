#define _GNU_SOURCE
#include "CLinksShim.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// A certificate of a node has about 600 bytes; more than this is an attempt to use up memory.
enum { CERTIFICATE_LIST_MAX = 16 << 10 };

struct kl_tls_context {
    SSL_CTX *ssl;
};

struct kl_tls {
    SSL *ssl;
    int descriptor;
    uint64_t bytes_in;
    uint64_t bytes_out;
};

// OpenSSL's own socket BIO writes with write(2), which raises SIGPIPE when the peer is gone.
static int bio_write(BIO *bio, const char *bytes, int size) {
    kl_tls *channel = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    ssize_t sent;
    do sent = send(channel->descriptor, bytes, (size_t)size, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    if (sent >= 0) channel->bytes_out += (uint64_t)sent;
    else if (errno == EAGAIN || errno == EWOULDBLOCK) BIO_set_retry_write(bio);
    return (int)sent;
}

static int bio_read(BIO *bio, char *bytes, int size) {
    kl_tls *channel = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    ssize_t count;
    do count = recv(channel->descriptor, bytes, (size_t)size, MSG_DONTWAIT);
    while (count < 0 && errno == EINTR);
    if (count >= 0) channel->bytes_in += (uint64_t)count;
    else if (errno == EAGAIN || errno == EWOULDBLOCK) BIO_set_retry_read(bio);
    return (int)count;
}

static long bio_control(BIO *bio, int command, long number, void *pointer) {
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

static BIO_METHOD *bio_method;

static void make_bio_method(void) {
    BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "kanglian link");
    if (method == NULL) return;
    BIO_meth_set_write(method, bio_write);
    BIO_meth_set_read(method, bio_read);
    BIO_meth_set_ctrl(method, bio_control);
    bio_method = method;
}

// Certificates carry dates and names that must never stop a link; keys are proved inside it.
static int take_any_certificate(X509_STORE_CTX *store, void *context) {
    (void)store;
    (void)context;
    return 1;
}

static X509 *read_certificate(const void *bytes, size_t size) {
    BIO *bio = size > INT32_MAX ? NULL : BIO_new_mem_buf(bytes, (int)size);
    X509 *certificate = bio == NULL ? NULL : PEM_read_bio_X509(bio, NULL, NULL, NULL);
    BIO_free(bio);
    return certificate;
}

static int no_passphrase(char *buffer, int size, int is_writing, void *context) {
    (void)buffer;
    (void)size;
    (void)is_writing;
    (void)context;
    return -1;
}

static EVP_PKEY *read_key(const void *bytes, size_t size) {
    BIO *bio = size > INT32_MAX ? NULL : BIO_new_mem_buf(bytes, (int)size);
    EVP_PKEY *key = bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
    BIO_free(bio);
    return key;
}

static bool configure(SSL_CTX *ssl) {
    if (SSL_CTX_set_min_proto_version(ssl, TLS1_3_VERSION) != 1 ||
        SSL_CTX_set_max_proto_version(ssl, TLS1_3_VERSION) != 1 ||
        SSL_CTX_set1_groups_list(ssl, "X25519:P-256") != 1 || SSL_CTX_set_num_tickets(ssl, 0) != 1)
        return false;
    SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_max_cert_list(ssl, CERTIFICATE_LIST_MAX);
    SSL_CTX_set_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                              SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_cert_verify_callback(ssl, take_any_certificate, NULL);
    return true;
}

kl_tls_context *kl_tls_context_new(const void *certificate, size_t certificate_size,
                                   const void *key, size_t key_size) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_bio_method);
    ERR_clear_error();
    kl_tls_context *context = calloc(1, sizeof *context);
    SSL_CTX *ssl = SSL_CTX_new(TLS_method());
    X509 *x509 = read_certificate(certificate, certificate_size);
    EVP_PKEY *pkey = read_key(key, key_size);
    bool is_good = context != NULL && ssl != NULL && x509 != NULL && pkey != NULL &&
                   bio_method != NULL && configure(ssl) &&
                   SSL_CTX_use_certificate(ssl, x509) == 1 &&
                   SSL_CTX_use_PrivateKey(ssl, pkey) == 1 && SSL_CTX_check_private_key(ssl) == 1;
    X509_free(x509);
    EVP_PKEY_free(pkey);
    ERR_clear_error();
    if (!is_good) {
        SSL_CTX_free(ssl);
        free(context);
        return NULL;
    }
    context->ssl = ssl;
    return context;
}

void kl_tls_context_free(kl_tls_context *context) {
    if (context == NULL) return;
    SSL_CTX_free(context->ssl);
    free(context);
}

kl_tls *kl_tls_new(kl_tls_context *context, int descriptor, bool is_acceptor) {
    kl_tls *channel = calloc(1, sizeof *channel);
    SSL *ssl = SSL_new(context->ssl);
    BIO *bio = BIO_new(bio_method);
    if (channel == NULL || ssl == NULL || bio == NULL) {
        BIO_free(bio);
        SSL_free(ssl);
        free(channel);
        return NULL;
    }
    channel->ssl = ssl;
    channel->descriptor = descriptor;
    BIO_set_data(bio, channel);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio);
    if (is_acceptor) SSL_set_accept_state(ssl);
    else SSL_set_connect_state(ssl);
    return channel;
}

void kl_tls_free(kl_tls *channel) {
    if (channel == NULL) return;
    SSL_free(channel->ssl);
    free(channel);
}

static int outcome(kl_tls *channel, int result) {
    int reason = SSL_get_error(channel->ssl, result);
    bool is_end = ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
    ERR_clear_error();
    switch (reason) {
    case SSL_ERROR_WANT_READ: return KL_TLS_WANTS_READ;
    case SSL_ERROR_WANT_WRITE: return KL_TLS_WANTS_WRITE;
    case SSL_ERROR_ZERO_RETURN: return KL_TLS_CLOSED;
    case SSL_ERROR_SYSCALL: return KL_TLS_LOST;
    default: return is_end ? KL_TLS_LOST : KL_TLS_FAILED;
    }
}

int kl_tls_handshake(kl_tls *channel) {
    ERR_clear_error();
    int result = SSL_do_handshake(channel->ssl);
    return result == 1 ? 1 : outcome(channel, result);
}

long kl_tls_read(kl_tls *channel, void *bytes, size_t size) {
    size_t count = 0;
    ERR_clear_error();
    int result = SSL_read_ex(channel->ssl, bytes, size, &count);
    return result == 1 ? (long)count : outcome(channel, result);
}

long kl_tls_write(kl_tls *channel, const void *bytes, size_t size) {
    size_t count = 0;
    ERR_clear_error();
    int result = SSL_write_ex(channel->ssl, bytes, size, &count);
    return result == 1 ? (long)count : outcome(channel, result);
}

void kl_tls_close(kl_tls *channel) {
    ERR_clear_error();
    if (SSL_is_init_finished(channel->ssl)) SSL_shutdown(channel->ssl);
    ERR_clear_error();
}

bool kl_tls_exporter(kl_tls *channel, uint8_t binding[32]) {
    static const char label[] = "EXPORTER-Channel-Binding";
    ERR_clear_error();
    int result = SSL_export_keying_material(
        channel->ssl, binding, 32, label, sizeof label - 1, (const unsigned char *)"", 0, 1);
    ERR_clear_error();
    return result == 1;
}

static bool seconds_of(const ASN1_TIME *time, int64_t *seconds) {
    struct tm parts;
    if (time == NULL || ASN1_TIME_to_tm(time, &parts) != 1) return false;
    *seconds = (int64_t)timegm(&parts);
    return true;
}

bool kl_tls_peer_expiry(kl_tls *channel, int64_t *seconds) {
    X509 *certificate = SSL_get0_peer_certificate(channel->ssl);
    bool is_good = certificate != NULL && seconds_of(X509_get0_notAfter(certificate), seconds);
    ERR_clear_error();
    return is_good;
}

uint64_t kl_tls_bytes_in(const kl_tls *channel) { return channel->bytes_in; }

uint64_t kl_tls_bytes_out(const kl_tls *channel) { return channel->bytes_out; }

static X509 *sign_certificate(EVP_PKEY *key, const char *name, int64_t from, int64_t until) {
    X509 *certificate = X509_new();
    BIGNUM *serial = BN_new();
    bool is_good = false;
    if (certificate != NULL && serial != NULL) {
        X509_NAME *subject = X509_get_subject_name(certificate);
        is_good =
            X509_set_version(certificate, X509_VERSION_3) == 1 &&
            BN_rand(serial, 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
            BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(certificate)) != NULL &&
            ASN1_TIME_set(X509_getm_notBefore(certificate), (time_t)from) != NULL &&
            ASN1_TIME_set(X509_getm_notAfter(certificate), (time_t)until) != NULL &&
            X509_NAME_add_entry_by_txt(
                subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0) == 1 &&
            X509_set_issuer_name(certificate, subject) == 1 &&
            X509_set_pubkey(certificate, key) == 1 &&
            X509_sign(certificate, key, EVP_sha256()) > 0;
    }
    BN_free(serial);
    if (is_good) return certificate;
    X509_free(certificate);
    return NULL;
}

static bool text_of(BIO *bio, char **text, size_t *size) {
    char *bytes = NULL;
    long count = BIO_get_mem_data(bio, &bytes);
    if (count <= 0 || (*text = malloc((size_t)count)) == NULL) return false;
    memcpy(*text, bytes, (size_t)count);
    *size = (size_t)count;
    return true;
}

bool kl_certificate_make(const char *name, int64_t from, int64_t until, char **certificate,
                         size_t *certificate_size, char **key, size_t *key_size) {
    *certificate = *key = NULL;
    ERR_clear_error();
    EVP_PKEY *pkey = EVP_EC_gen("P-256");
    X509 *x509 = pkey == NULL ? NULL : sign_certificate(pkey, name, from, until);
    BIO *public_text = BIO_new(BIO_s_mem());
    BIO *secret_text = BIO_new(BIO_s_secmem());
    bool is_good = x509 != NULL && public_text != NULL && secret_text != NULL &&
                   PEM_write_bio_X509(public_text, x509) == 1 &&
                   PEM_write_bio_PrivateKey(secret_text, pkey, NULL, NULL, 0, NULL, NULL) == 1 &&
                   text_of(public_text, certificate, certificate_size) &&
                   text_of(secret_text, key, key_size);
    if (!is_good) {
        free(*certificate);
        *certificate = NULL;
    }
    BIO_free(public_text);
    BIO_free(secret_text);
    X509_free(x509);
    EVP_PKEY_free(pkey);
    ERR_clear_error();
    return is_good;
}

void kl_tls_text_free(char *text, size_t size) {
    if (text != NULL) OPENSSL_cleanse(text, size);
    free(text);
}

bool kl_certificate_dates(const void *certificate, size_t size, int64_t *from, int64_t *until) {
    ERR_clear_error();
    X509 *x509 = read_certificate(certificate, size);
    bool is_good = x509 != NULL && seconds_of(X509_get0_notBefore(x509), from) &&
                   seconds_of(X509_get0_notAfter(x509), until);
    X509_free(x509);
    ERR_clear_error();
    return is_good;
}

int kl_link_accept(int descriptor, void *address, unsigned int *address_size) {
    socklen_t size = *address_size;
    int accepted = accept4(descriptor, address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    *address_size = size;
    return accepted;
}

void kl_link_tune(int descriptor, unsigned int silence_milliseconds) {
    int yes = 1;
    int idle = 10;
    int interval = 5;
    int count = 3;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
    setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
    setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
    setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof count);
    setsockopt(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, &silence_milliseconds,
               sizeof silence_milliseconds);
}

int kl_link_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC | O_NONBLOCK); }
