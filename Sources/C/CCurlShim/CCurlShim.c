#include "CCurlShim.h"

CURLcode kl_curl_set_number(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

CURLcode kl_curl_set_text(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

CURLcode kl_curl_set_size(CURL *handle, CURLoption option, int64_t value) {
    return curl_easy_setopt(handle, option, (curl_off_t)value);
}

CURLcode kl_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(handle, option, value);
}

CURLcode kl_curl_set_context(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}

CURLcode kl_curl_set_transfer(CURL *handle, CURLoption option, kl_curl_transfer value) {
    return curl_easy_setopt(handle, option, value);
}

CURLcode kl_curl_set_blob(CURL *handle, CURLoption option, const void *bytes, size_t count) {
    struct curl_blob blob = {(void *)bytes, count, CURL_BLOB_COPY};
    return curl_easy_setopt(handle, option, &blob);
}

long kl_curl_status(CURL *handle) {
    long status = 0;
    return curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK ? status : 0;
}

CURLcode kl_curl_perform(
    CURLM *multi, CURL *handle, int (*go_on)(void *context), void *context) {
    if (curl_multi_add_handle(multi, handle) != CURLM_OK)
        return CURLE_FAILED_INIT;
    CURLcode result = CURLE_OK;
    int running = 1;
    while (running) {
        if (!go_on(context)) {
            result = CURLE_ABORTED_BY_CALLBACK;
            break;
        }
        CURLMcode outcome = curl_multi_perform(multi, &running);
        if (outcome == CURLM_OK && running)
            outcome = curl_multi_poll(multi, NULL, 0, 1000, NULL);
        if (outcome != CURLM_OK) {
            result = CURLE_RECV_ERROR;
            break;
        }
    }
    int left = 0;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &left)))
        if (message->msg == CURLMSG_DONE && result == CURLE_OK)
            result = message->data.result;
    curl_multi_remove_handle(multi, handle);
    return result;
}

CURLcode kl_curl_start(void) { return curl_global_init(CURL_GLOBAL_ALL); }
