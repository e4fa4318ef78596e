#pragma once
// What a destination was opened with, checked.

#include <string>

#include "endpoint.h"
#include "http.h"
#include "seabed/driver.hpp"
#include "signature.h"

namespace seabed_oss {

struct Configuration {
  seabed_http::Endpoint endpoint;
  seabed_http::Place place;
  seabed_http::Addressing addressing = seabed_http::Addressing::kVirtualHosted;
  seabed_http::ClientOptions client;
  SignatureVersion signature = SignatureVersion::kV1;
  std::string region;                                // of version 4
  bool send_md5 = true;                              // checksum_type
  std::string access_id, access_key, session_token;  // as given, or empty
  std::string metadata_endpoint;
};

/// The driver's keys, NULL at the end.
extern const seabed_key* const kKeys[];

int32_t read_configuration(const seabed::sdk::OpenArgs& args, Configuration* out, seabed::sdk::Error& error);

}  // namespace seabed_oss
