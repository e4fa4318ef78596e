#pragma once
// oss://: one bucket's objects below a prefix. Every write is checked by the crc64 that the service answers.

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "seabed/store.hpp"
#include "service.h"

namespace seabed_oss {

using seabed::sdk::ListCall;
using seabed::sdk::ObjectStat;
using seabed::sdk::PartsCall;
using seabed::sdk::PutOptions;
using seabed::sdk::RemoveCall;
using seabed::sdk::TagsCall;
using seabed::sdk::Text;
using seabed::sdk::UploadsCall;

// Limits of the service: https://www.alibabacloud.com/help/en/oss/product-overview/limits
inline constexpr uint64_t kMaxPut = 5ull << 30;  // also of one append, and of an appended object
inline constexpr uint64_t kMinPart = 100ull << 10;
inline constexpr uint64_t kMaxPart = 5ull << 30;
inline constexpr uint64_t kMaxObject = 48'800ull << 30;
inline constexpr uint32_t kMaxParts = 10'000;
inline constexpr uint32_t kMaxBatch = 1'000;
inline constexpr uint32_t kMaxPage = 1'000;
inline constexpr uint32_t kMaxKey = 1'023;
inline constexpr uint32_t kMaxTags = 10;
// libcurl looks each new connection's host name up in a thread of its own, which ends with the lookup.
inline constexpr uint32_t kResolverThreads = 16;

class OssStore : public seabed::sdk::Store {
 public:
  explicit OssStore(Configuration configuration) : service_(std::move(configuration)) {}

  uint32_t max_key_length() const {
    return kMaxKey - static_cast<uint32_t>(std::min<size_t>(prefix().size(), kMaxKey));
  }

  // read.cc
  int32_t stat(const char* key, const Context&, ObjectStat* out, Error&) override;
  int32_t read_at(const char* key, uint64_t offset, void* buffer, size_t size, const Context&, size_t* out,
                  Error&) override;
  // put.cc
  int32_t put(const char* key, Buffers, const PutOptions&, const Context&, Error&) override;
  // append.cc
  int32_t append(const char* key, uint64_t position, Buffers, const Context&, uint64_t* length,
                 Error&) override;
  // list.cc
  int32_t list(ListCall&, const Context&, Error&) override;
  // remove.cc
  int32_t remove(const RemoveCall&, const Context&, Error&) override;
  // upload.cc
  int32_t upload_begin(const char* key, const PutOptions&, const Context&, Text* id, Error&) override;
  int32_t upload_part(const char* key, const char* id, uint32_t number, Buffers, const Context&,
                      seabed_part* out, Error&) override;
  int32_t upload_complete(const char* key, const char* id, std::span<const seabed_part* const> parts,
                          const PutOptions&, const Context&, Error&) override;
  int32_t upload_abort(const char* key, const char* id, const Context&, Error&) override;
  // upload_list.cc
  int32_t list_uploads(UploadsCall&, const Context&, Error&) override;
  int32_t list_parts(const char* key, PartsCall&, const Context&, Error&) override;
  // tags.cc
  int32_t get_tags(const char* key, const TagsCall&, const Context&, Error&) override;
  int32_t set_tags(const char* key, std::span<const seabed_pair> tags, const Context&, Error&) override;

 private:
  struct Grown {
    uint64_t length = 0, crc = 0;
  };

  const std::string& prefix() const { return service_.configuration().place.prefix; }
  /// The whole key, or SEABED_INVALID_ARGUMENT for one that the service does not take.
  int32_t full_key(const char* key, std::string* out, Error&) const;
  /// Sends a HEAD; *out has the answer's headers.
  int32_t head(const std::string& full, const char* what, const Context&, Response* out, Error&);
  /// Length and crc before an append at `position`; SEABED_CONFLICT when the object has another length.
  int32_t grown_before(const std::string& full, uint64_t position, const Context&, uint64_t* length,
                       std::optional<uint64_t>* crc, Error&);
  void remember(const std::string& full, Grown grown);
  void forget(const std::string& full);
  int32_t append_refused(const Call&, Response&, const Context&, uint64_t* length, Error&);
  /// Of a batch or one by one, where a key cannot be written in XML.
  int32_t remove_batch(const RemoveCall&, std::span<const uint32_t> indexes, const Context&, Error&);
  void remove_one(const RemoveCall&, uint32_t index, const Context&);

  Service service_;
  std::mutex grown_mutex_;
  std::map<std::string, Grown> grown_;  // of objects that this store appended to
};

/// SEABED_CORRUPTION when the answer's crc64 is there and is not `wanted`.
int32_t check_crc(const Response& response, uint64_t wanted, const char* what, Error& error);
/// SEABED_UNSUPPORTED when a conditional write was done by a bucket that ignores the condition.
int32_t check_condition(const PutOptions& options, const Response& response, Error& error);
/// Decodes what encoding-type=url encoded. False when it is malformed.
bool percent_decode(std::string_view text, std::string* out);

}  // namespace seabed_oss
