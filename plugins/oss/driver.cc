#include "seabed/driver.hpp"

#include "oss_store.h"

namespace {
struct OssDriver {
  static constexpr const char* kName = "oss";
  static constexpr const char* kVersion = "1.0.0";
  static constexpr const char* kSchemes[] = {"oss", nullptr};
  static constexpr const seabed_key* const* kKeys = seabed_oss::kKeys;

  static void capabilities(const seabed::sdk::Store* store, seabed_capabilities* out) {
    out->flags = SEABED_CAP_APPEND | SEABED_CAP_CONDITIONAL_PUT | SEABED_CAP_TAGS | SEABED_CAP_UPLOAD |
                 SEABED_CAP_LIST_UPLOADS | SEABED_CAP_STRONG_LIST | SEABED_CAP_READ_WHILE_UPLOADING |
                 SEABED_CAP_CONDITIONAL_COMPLETE;
    out->max_put_bytes = seabed_oss::kMaxPut;
    out->min_part_bytes = seabed_oss::kMinPart;
    out->max_part_bytes = seabed_oss::kMaxPart;
    out->max_object_bytes = seabed_oss::kMaxObject;
    out->max_parts = seabed_oss::kMaxParts;
    out->max_delete_batch = seabed_oss::kMaxBatch;
    out->max_list_page = seabed_oss::kMaxPage;
    out->max_tags = seabed_oss::kMaxTags;
    out->threads = seabed_oss::kResolverThreads;
    out->max_key_length = store == nullptr
                              ? seabed_oss::kMaxKey
                              : static_cast<const seabed_oss::OssStore*>(store)->max_key_length();
  }

  static int32_t open(const seabed::sdk::OpenArgs& args, const seabed::sdk::Context&,
                      seabed::sdk::Store** out, seabed::sdk::Error& error) {
    seabed_oss::Configuration configuration;
    if (const int32_t code = seabed_oss::read_configuration(args, &configuration, error)) return code;
    *out = new seabed_oss::OssStore(std::move(configuration));
    return SEABED_OK;
  }
};
}  // namespace

SEABED_DRIVER(OssDriver)
