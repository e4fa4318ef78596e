#pragma once
// The words of S3 for what went wrong, as codes, classes and advice.

#include "answer.h"

namespace seabed_s3 {

bool is_expired(const seabed_http::Failure& failure);
/// `renewable`: the next call gets fresh credentials, so that trying again helps.
int32_t fail_s3(const seabed_http::Failure& failure, const seabed_http::Response& response, const char* what,
                bool renewable, seabed::sdk::Error& error);

}  // namespace seabed_s3
