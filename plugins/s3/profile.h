#pragma once
// What the stores that speak S3 do not have in common, as data: one row for each scheme.

#include <string_view>

namespace seabed_s3 {

struct Profile {
  const char* scheme;
  bool delete_objects;  // false: one DELETE for each key, never DeleteObjects
  bool tagging;
  bool needs_appid;  // the bucket's name on the wire is bucket-appid
  /// The header that makes a PUT fail when the key is there; nullptr: the store has none.
  const char* if_absent_name;
  const char* if_absent_value;
  /// A host of the form <before><region><after> names the region; else default_region is used.
  const char* region_before;
  const char* region_after;
  const char* default_region;
};

/// Sources: the stores' API references. GCS has neither DeleteObjects nor object tags, and no conditional
/// header that may stand beside x-amz- headers; OBS has tags only through an API of its own and no
/// conditional PUT.
inline constexpr Profile kProfiles[] = {
    {"s3", true, true, false, "If-None-Match", "*", "s3.", ".amazonaws.com", "us-east-1"},
    {"cos", true, true, true, "x-cos-forbid-overwrite", "true", "cos.", ".myqcloud.com", "us-east-1"},
    {"obs", true, false, false, nullptr, nullptr, "obs.", ".myhuaweicloud.com", "us-east-1"},
    {"gs", false, false, false, nullptr, nullptr, nullptr, nullptr, "auto"},
};

/// nullptr when no row has the scheme.
constexpr const Profile* profile_of(std::string_view scheme) {
  for (const Profile& profile : kProfiles)
    if (scheme == profile.scheme) return &profile;
  return nullptr;
}

}  // namespace seabed_s3
