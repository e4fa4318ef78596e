#pragma once
// One opened destination acme://…: every operation that a medium may have. An operation takes the journal's
// lock, catches up with what others wrote, looks, and writes one record: so it is atomic and its answer is
// exact.

#include <memory>
#include <string>

#include "journal.h"
#include "objects.h"

namespace acme {

using seabed::sdk::ListCall;
using seabed::sdk::ObjectStat;
using seabed::sdk::PartsCall;
using seabed::sdk::PutOptions;
using seabed::sdk::RemoveCall;
using seabed::sdk::TagsCall;
using seabed::sdk::Text;
using seabed::sdk::UploadsCall;

inline constexpr size_t kMaxKey = 1024;

/// The medium behind a location; stores of one location in one process share it.
struct Medium {
  Journal journal;
  Objects objects;  // under the journal's lock
};

class AcmeStore : public seabed::sdk::Store {
 public:
  explicit AcmeStore(std::shared_ptr<Medium> medium) : medium_(std::move(medium)) {}

  int32_t stat(const char* key, const Context&, ObjectStat* out, Error&) override;
  int32_t read_at(const char* key, uint64_t offset, void* buffer, size_t size, const Context&, size_t* out,
                  Error&) override;
  int32_t put(const char* key, Buffers, const PutOptions&, const Context&, Error&) override;
  int32_t append(const char* key, uint64_t position, Buffers, const Context&, uint64_t* length,
                 Error&) override;
  int32_t list(ListCall&, const Context&, Error&) override;
  int32_t remove(const RemoveCall&, const Context&, Error&) override;
  int32_t get_tags(const char* key, const TagsCall&, const Context&, Error&) override;
  int32_t set_tags(const char* key, std::span<const seabed_pair> tags, const Context&, Error&) override;

  // acme_uploads.cc
  int32_t upload_begin(const char* key, const PutOptions&, const Context&, Text* id, Error&) override;
  int32_t upload_part(const char* key, const char* id, uint32_t number, Buffers, const Context&,
                      seabed_part* out, Error&) override;
  int32_t upload_complete(const char* key, const char* id, std::span<const seabed_part* const> parts,
                          const PutOptions&, const Context&, Error&) override;
  int32_t upload_abort(const char* key, const char* id, const Context&, Error&) override;
  int32_t list_uploads(UploadsCall&, const Context&, Error&) override;
  int32_t list_parts(const char* key, PartsCall&, const Context&, Error&) override;

 protected:
  /// The lock, and the objects as they are now.
  int32_t begin(Journal::Lock* lock, const Context&, Error&);
  int32_t write(Record record, Buffers bytes, const Context&, Error&);
  /// The object under `key`, or SEABED_NOT_FOUND. Under the lock.
  int32_t find(const char* key, Object** out, Error&);
  int32_t find_upload(const char* key, const char* id, Upload** out, Error&);

  std::shared_ptr<Medium> medium_;
};

}  // namespace acme
