#pragma once
// azblob://: objects are block blobs of one container, log files append blobs. Durable means answered with
// success.

#include <atomic>
#include <span>

#include "seabed/store.hpp"
#include "service.h"

namespace seabed_azblob {

using seabed::sdk::ListCall;
using seabed::sdk::ObjectStat;
using seabed::sdk::PartsCall;
using seabed::sdk::PutOptions;
using seabed::sdk::RemoveCall;
using seabed::sdk::TagsCall;
using seabed::sdk::Text;
using seabed::sdk::UploadsCall;

class AzblobStore : public seabed::sdk::Store {
 public:
  explicit AzblobStore(Settings settings) : service_(std::move(settings)) {}
  const Settings& settings() const { return service_.settings(); }

  // read.cc
  int32_t stat(const char* key, const Context&, ObjectStat* out, Error&) override;
  int32_t read_at(const char* key, uint64_t offset, void* buffer, size_t size, const Context&, size_t* out,
                  Error&) override;
  // write.cc
  int32_t put(const char* key, Buffers, const PutOptions&, const Context&, Error&) override;
  int32_t append(const char* key, uint64_t position, Buffers, const Context&, uint64_t* length,
                 Error&) override;
  // list.cc
  int32_t list(ListCall&, const Context&, Error&) override;
  // remove.cc
  int32_t remove(const RemoveCall&, const Context&, Error&) override;
  // tags.cc
  int32_t get_tags(const char* key, const TagsCall&, const Context&, Error&) override;
  int32_t set_tags(const char* key, std::span<const seabed_pair> tags, const Context&, Error&) override;
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

 private:
  int32_t check_key(const char* key, Error& error) const;
  int32_t create_append_blob(const char* key, const Context& context, Error& error);
  /// The length of the append blob; SEABED_CONFLICT for another type.
  int32_t append_length(const char* key, const Context& context, uint64_t* out, Error& error);
  int32_t wrong_position(const char* key, uint64_t position, const Context& context, uint64_t* length,
                         Error& error);
  /// *moved: the object has another length than `position`.
  int32_t append_block(const char* key, uint64_t position, Buffers bytes, const Context& context, bool* moved,
                       Error& error);
  int32_t remove_one(const char* key, const Context& context, Error& error);
  void remove_one_by_one(const RemoveCall& call, uint32_t begin, uint32_t end, const Context& context);
  int32_t remove_batch(const RemoveCall& call, uint32_t begin, uint32_t end, const Context& context,
                       Error& error);
  void checksum(Buffers bytes, Call* call) const;

  Service service_;
  std::atomic<bool> batch_works_{true};
};

}  // namespace seabed_azblob
