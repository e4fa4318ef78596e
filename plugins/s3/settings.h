#pragma once
// A destination's attributes, checked and made into what the requests need.

#include <string>

#include "endpoint.h"
#include "http.h"
#include "profile.h"
#include "seabed/driver.hpp"

namespace seabed_s3 {

enum class Checksum { kNone, kMd5, kCrc32 };

struct Settings {
  const Profile* profile = nullptr;
  seabed_http::Endpoint endpoint;
  seabed_http::Addressing addressing = seabed_http::Addressing::kVirtualHosted;
  seabed_http::Place place;  // bucket as on the wire
  std::string region;
  Checksum checksum = Checksum::kNone;
  bool sign_payload = true;  // of objects; small bodies always are
  bool conditional_put = true;
  std::string access_id, access_key, session_token;  // all empty: the chain
  std::string role_arn, external_id, sts_host;
  seabed_http::ClientOptions client;
};

/// The schema of all four schemes.
extern const seabed_key* const kKeys[];

int32_t read_settings(const seabed::sdk::OpenArgs& args, Settings* out, seabed::sdk::Error& error);

}  // namespace seabed_s3
