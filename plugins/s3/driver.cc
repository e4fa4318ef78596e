#include "s3_store.h"

namespace {
using seabed_s3::S3Store;

struct S3Driver {
  static constexpr const char* kName = "s3";
  static constexpr const char* kVersion = "1.0.0";
  static constexpr const char* kSchemes[] = {"s3", "cos", "obs", "gs", nullptr};
  static constexpr auto& kKeys = seabed_s3::kKeys;

  static void capabilities(const seabed::sdk::Store* store, seabed_capabilities* out) {
    out->flags = SEABED_CAP_CONDITIONAL_PUT | SEABED_CAP_TAGS | SEABED_CAP_UPLOAD | SEABED_CAP_LIST_UPLOADS |
                 SEABED_CAP_STRONG_LIST | SEABED_CAP_READ_WHILE_UPLOADING;
    out->max_put_bytes = seabed_s3::kMaxPut;
    out->min_part_bytes = seabed_s3::kMinPart;
    out->max_part_bytes = seabed_s3::kMaxPut;
    out->max_object_bytes = seabed_s3::kMaxObject;
    out->max_parts = seabed_s3::kMaxParts;
    out->max_delete_batch = seabed_s3::kMaxBatch;
    out->max_key_length = seabed_s3::kMaxKey;
    out->max_list_page = seabed_s3::kMaxPage;
    out->max_tags = seabed_s3::kMaxTags;
    out->threads = seabed_s3::kResolverThreads;
    if (store != nullptr) narrow(static_cast<const S3Store*>(store)->settings(), out);
  }

  static int32_t open(const seabed::sdk::OpenArgs& args, const seabed::sdk::Context&,
                      seabed::sdk::Store** out, seabed::sdk::Error& error) {
    seabed_s3::Settings settings;
    if (const int32_t code = seabed_s3::read_settings(args, &settings, error)) return code;
    *out = new S3Store(std::move(settings));
    return SEABED_OK;
  }

 private:
  static void narrow(const seabed_s3::Settings& settings, seabed_capabilities* out) {
    if (!settings.conditional_put) out->flags &= ~uint32_t{SEABED_CAP_CONDITIONAL_PUT};
    if (!settings.profile->tagging) {
      out->flags &= ~uint32_t{SEABED_CAP_TAGS};
      out->max_tags = 0;
    }
    out->max_key_length -= static_cast<uint32_t>(settings.place.prefix.size());
  }
};
}  // namespace

SEABED_DRIVER(S3Driver)
