#pragma once
#include <openssl/bn.h>
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/obj_mac.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

// SHA-256 without the provider layer: the same assembly, no allocation and no shared state.
// 82 ns for 65 bytes where EVP_Digest takes 131 (OpenSSL 3.0.22, Zen 4). OpenSSL 3.0 marks these
// functions as deprecated in favour of EVP but keeps them for all of 3.x; this is the only use.
static inline int kanglian_sha256(const void *bytes, size_t count, unsigned char *digest) {
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
    SHA256_CTX context;
    return SHA256_Init(&context) && SHA256_Update(&context, bytes, count)
        && SHA256_Final(digest, &context);
#pragma clang diagnostic pop
}
