#pragma once
// One destination: a bucket and the prefix before its keys.

#include <string>

#include "seabed/store.hpp"
#include "service.h"

namespace seabed_s3 {

using seabed::sdk::ListCall;
using seabed::sdk::ObjectStat;
using seabed::sdk::PartsCall;
using seabed::sdk::PutOptions;
using seabed::sdk::RemoveCall;
using seabed::sdk::TagsCall;
using seabed::sdk::Text;
using seabed::sdk::UploadsCall;

/// S3's limits (API reference, "Amazon S3 multipart upload limits").
inline constexpr uint64_t kMiB = 1u << 20, kMaxPut = 5120 * kMiB, kMinPart = 5 * kMiB,
                          kMaxObject = (5ull << 20) * kMiB;
inline constexpr uint32_t kMaxParts = 10'000, kMaxBatch = 1000, kMaxKey = 1024, kMaxPage = 1000,
                          kMaxTags = 10;
/// libcurl looks a host's name up in a short-lived thread, one for each connection that is being made.
inline constexpr uint32_t kResolverThreads = 16;

class S3Store : public seabed::sdk::Store {
 public:
  explicit S3Store(Settings settings) : service_(std::move(settings)) {}
  const Settings& settings() const { return service_.settings(); }

  int32_t stat(const char* key, const Context&, ObjectStat* out, Error&) override;
  int32_t read_at(const char* key, uint64_t offset, void* buffer, size_t size, const Context&,
                  size_t* out_size, Error&) override;
  int32_t put(const char* key, Buffers, const PutOptions&, const Context&, Error&) override;

  int32_t upload_begin(const char* key, const PutOptions&, const Context&, Text* id, Error&) override;
  int32_t upload_part(const char* key, const char* id, uint32_t number, Buffers, const Context&,
                      seabed_part* out, Error&) override;
  int32_t upload_complete(const char* key, const char* id, std::span<const seabed_part* const>,
                          const PutOptions&, const Context&, Error&) override;
  int32_t upload_abort(const char* key, const char* id, const Context&, Error&) override;
  int32_t list_uploads(UploadsCall&, const Context&, Error&) override;
  int32_t list_parts(const char* key, PartsCall&, const Context&, Error&) override;

  int32_t list(ListCall&, const Context&, Error&) override;
  int32_t remove(const RemoveCall&, const Context&, Error&) override;
  int32_t get_tags(const char* key, const TagsCall&, const Context&, Error&) override;
  int32_t set_tags(const char* key, std::span<const seabed_pair>, const Context&, Error&) override;

 private:
  std::string wire_key(const char* key) const { return settings().place.prefix + key; }
  void remove_one(const RemoveCall& call, uint32_t index, const Context&);
  int32_t remove_batch(const RemoveCall& call, std::span<const uint32_t> indexes, const Context&, Error&);

  Service service_;
};

}  // namespace seabed_s3
