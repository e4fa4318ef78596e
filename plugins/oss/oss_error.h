#pragma once
// OSS's words for failures, in the host's codes and with advice.
// https://www.alibabacloud.com/help/en/oss/developer-reference/error-responses

#include "answer.h"

namespace seabed_oss {

/// `renewable`: fresh credentials are taken for the next request.
int32_t fail_oss(const seabed_http::Failure& failure, const seabed_http::Response& response, const char* what,
                 bool renewable, seabed::sdk::Error& error);

}  // namespace seabed_oss
