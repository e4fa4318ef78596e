#include "azblob_store.h"

namespace {
using seabed_azblob::AzblobStore;

struct AzblobDriver {
  static constexpr const char* kName = "azblob";
  static constexpr const char* kVersion = "1.0.0";
  static constexpr const char* kSchemes[] = {"azblob", nullptr};
  static constexpr auto& kKeys = seabed_azblob::kKeys;

  static void capabilities(const seabed::sdk::Store* store, seabed_capabilities* out) {
    out->flags = SEABED_CAP_APPEND | SEABED_CAP_CONDITIONAL_PUT | SEABED_CAP_TAGS | SEABED_CAP_UPLOAD |
                 SEABED_CAP_LIST_UPLOADS | SEABED_CAP_STRONG_LIST | SEABED_CAP_READ_WHILE_UPLOADING |
                 SEABED_CAP_CONDITIONAL_COMPLETE;
    out->max_put_bytes = seabed_azblob::kMaxPut;
    out->min_part_bytes = 1;   // the service takes no empty block
    out->max_part_bytes = seabed_azblob::kMaxPart;
    out->max_object_bytes = seabed_azblob::kMaxPart * seabed_azblob::kMaxParts;
    out->max_parts = seabed_azblob::kMaxParts;
    out->max_delete_batch = seabed_azblob::kMaxBatch;
    out->max_key_length = seabed_azblob::kMaxKey;
    out->max_list_page = seabed_azblob::kMaxPage;
    out->max_tags = seabed_azblob::kMaxTags;
    if (store != nullptr)
      out->max_key_length -=
          static_cast<uint32_t>(static_cast<const AzblobStore*>(store)->settings().place.prefix.size());
  }

  static int32_t open(const seabed::sdk::OpenArgs& args, const seabed::sdk::Context&,
                      seabed::sdk::Store** out, seabed::sdk::Error& error) {
    seabed_azblob::Settings settings;
    if (const int32_t code = seabed_azblob::read_settings(args, &settings, error)) return code;
    if (settings.place.prefix.size() + 16 > seabed_azblob::kMaxKey)
      return error.fail(SEABED_INVALID_ARGUMENT, "the path leaves no room for keys");
    *out = new AzblobStore(std::move(settings));
    return SEABED_OK;
  }
};
}  // namespace

SEABED_DRIVER(AzblobDriver)
