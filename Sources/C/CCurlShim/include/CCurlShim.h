// libcurl's variadic functions, one for each kind of value.
#pragma once
#include <curl/curl.h>
#include <stddef.h>
#include <stdint.h>

typedef size_t (*kl_curl_transfer)(char *buffer, size_t size, size_t count, void *context);

CURLcode kl_curl_set_number(CURL *handle, CURLoption option, long value);
CURLcode kl_curl_set_text(CURL *handle, CURLoption option, const char *value);
CURLcode kl_curl_set_size(CURL *handle, CURLoption option, int64_t value);
CURLcode kl_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value);
CURLcode kl_curl_set_context(CURL *handle, CURLoption option, void *value);
CURLcode kl_curl_set_transfer(CURL *handle, CURLoption option, kl_curl_transfer value);

/// Sets a text of any content; libcurl keeps a copy.
CURLcode kl_curl_set_blob(CURL *handle, CURLoption option, const void *bytes, size_t count);

/// The status of the last response, or 0.
long kl_curl_status(CURL *handle);

/// Runs one transfer on its own multi handle; `go_on` is asked between events, and ends it with 0.
///
/// Unlike curl_easy_perform this wakes up at once for curl_multi_wakeup.
CURLcode kl_curl_perform(
    CURLM *multi, CURL *handle, int (*go_on)(void *context), void *context);

CURLcode kl_curl_start(void);
